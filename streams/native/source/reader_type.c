/* `Reader` as Python sees it: made from what `streams.native.readers` describes. */
#include "block.h"
#include "exact.h"
#include "reader.h"
#include "write.h"

static int
take_defaults(Reader *reader, PyObject *defaults, PyObject *none)
{
    Py_ssize_t count = reader->shape.count;
    if (PyTuple_GET_SIZE(defaults) != count) {
        PyErr_SetString(PyExc_ValueError, "a default for each field");
        return FAILED;
    }
    reader->defaults = PyMem_Calloc((size_t)count + 1, sizeof(PyObject *));
    if (reader->defaults == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    for (Py_ssize_t field = 0; field < count; field++) {
        PyObject *one = PyTuple_GET_ITEM(defaults, field);
        reader->defaults[field] = one == none ? NULL : Py_NewRef(one);
    }
    return 0;
}

static int
take_columns(Reader *reader, PyObject *columns)
{
    Py_ssize_t count = PyTuple_GET_SIZE(columns);
    reader->columns = PyMem_Calloc((size_t)count + 1, sizeof(Column));
    if (reader->columns == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    for (Py_ssize_t place = 0; place < count; place++) {
        reader->column_count = place + 1;  /* also a half-made one is cleared */
        Column *column = &reader->columns[place];
        if (column_init(column, PyTuple_GET_ITEM(columns, place)) < 0) {
            return FAILED;
        }
        if (column->field < 0 || column->field >= reader->shape.count) {
            PyErr_SetString(PyExc_ValueError, "a column of a field that the event has not");
            return FAILED;
        }
    }
    return 0;
}

static int
has_field(const Reader *reader, Py_ssize_t field)
{
    return field >= 0 && field < reader->shape.count;
}

static int
take_places(Reader *reader, PyObject *places, PyObject *granted)
{
    if (!PyArg_ParseTuple(places, "nnnnnn", &reader->occurred_at, &reader->recorded_at,
                          &reader->controller_id, &reader->subject_id, &reader->action,
                          &reader->purposes)) {
        return FAILED;
    }
    int sound = has_field(reader, reader->occurred_at) && has_field(reader, reader->recorded_at);
    if (granted != Py_None) {
        sound = sound && has_field(reader, reader->action) && has_field(reader, reader->purposes);
        reader->granted = Py_NewRef(granted);
    }
    if (!sound) {
        PyErr_SetString(PyExc_ValueError, "a field that the event has not");
        return FAILED;
    }
    return 0;
}

static PyObject *
reader_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *event, *names, *defaults, *none, *columns, *places, *granted, *members;
    Py_buffer header;
    long long earliest, latest;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "Reader takes no keywords");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "OO!O!OO!O!Oy*LLO!", &event, &PyTuple_Type, &names, &PyTuple_Type,
                          &defaults, &none, &PyTuple_Type, &columns, &PyTuple_Type, &places,
                          &granted, &header, &earliest, &latest, &PyTuple_Type,
                          &members)) {
        return NULL;
    }
    Reader *reader = (Reader *)type->tp_alloc(type, 0);
    if (reader == NULL) {
        goto done;
    }
    reader->earliest = earliest;
    reader->latest = latest;
    if (header.len != AVRO_HEADER) {
        PyErr_SetString(PyExc_ValueError, "the header of a schema has ten bytes");
        Py_CLEAR(reader);
        goto done;
    }
    memcpy(reader->header, header.buf, AVRO_HEADER);
    if (shape_init(&reader->shape, event, names) < 0 || take_defaults(reader, defaults, none) < 0
        || take_columns(reader, columns) < 0 || take_places(reader, places, granted) < 0
        || form_init(&reader->form, members, reader->shape.count) < 0) {
        Py_CLEAR(reader);
    }
done:
    PyBuffer_Release(&header);
    return (PyObject *)reader;
}

static void
reader_dealloc(Reader *reader)
{
    for (Py_ssize_t place = 0; place < reader->column_count; place++) {
        column_clear(&reader->columns[place]);
    }
    PyMem_Free(reader->columns);
    for (Py_ssize_t field = 0; reader->defaults != NULL && field < reader->shape.count; field++) {
        Py_CLEAR(reader->defaults[field]);
    }
    PyMem_Free(reader->defaults);
    form_clear(&reader->form);
    shape_clear(&reader->shape);
    Py_CLEAR(reader->granted);
    Py_TYPE(reader)->tp_free((PyObject *)reader);
}

static PyObject *
reader_event(Reader *reader, PyObject *value)
{
    ReadEvent read = {0};
    if (!PyBytes_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "a value is bytes");
        return NULL;
    }
    const uint8_t *bytes = EXACT(value);
    int status = reader_read(reader, bytes, PyBytes_GET_SIZE(value), &read);
    EXACT_END(bytes);
    if (status == FAILED) {
        return NULL;
    }
    return status == READ ? read.event : Py_NewRef(Py_None);
}

static PyObject *
reader_read_value(Reader *reader, PyObject *value)
{
    PyObject *event = reader_event(reader, value), *bytes = NULL;
    if (event == NULL || event == Py_None) {
        return event;
    }
    int status = form_bytes(&reader->form, &reader->shape, event, &bytes);
    if (status == FAILED) {
        Py_DECREF(event);
        return NULL;
    }
    return Py_BuildValue("(NN)", event, status == READ ? bytes : Py_NewRef(Py_None));
}

static PyObject *
reader_written(Reader *reader, PyObject *event)
{
    uint8_t room[WRITTEN_MAX];
    Py_ssize_t size = reader_write(reader, event, room);
    if (size == LONG_WAY) {
        Py_RETURN_NONE;
    }
    return PyBytes_FromStringAndSize((const char *)room, size);
}

static PyMethodDef methods[] = {
    {"written", (PyCFunction)reader_written, METH_O,
     "An event as a value of this schema, or None: it is not written here."},
    {"event", (PyCFunction)reader_event, METH_O,
     "The event in a value of this schema, or None: take the long way."},
    {"read", (PyCFunction)reader_read_value, METH_O,
     "The event and its canonical form, which is None where Python must write it; or None."},
    {"ends", (PyCFunction)reader_ends, METH_VARARGS,
     "Where the records of a block end, or None: take the long way."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject ReaderType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Reader",
    .tp_doc = "Reads the events of one schema.",
    .tp_basicsize = sizeof(Reader),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = reader_new,
    .tp_dealloc = (destructor)reader_dealloc,
    .tp_methods = methods,
};
