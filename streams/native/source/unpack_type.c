/* `Unpacker` as Python sees it. */
#include "exact.h"
#include "unpack.h"

static PyObject *
unpacker_records(Unpacker *unpacker, PyObject *args)
{
    Batch batch = {0};
    PyObject *body, *records;
    Py_ssize_t at;
    long long left, base_offset, time, next_offset, headers_at_most, room;
    if (!PyArg_ParseTuple(args, "SnLOOLLpLLL", &body, &at, &left, &batch.topic, &batch.partition,
                          &base_offset, &time, &batch.append_time, &next_offset,
                          &headers_at_most, &room)) {
        return NULL;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(body);
    if (at < 0 || at > size) {
        PyErr_SetString(PyExc_ValueError, "a place outside of the batch");
        return NULL;
    }
    batch.base_offset = base_offset;
    batch.time = time;
    batch.next_offset = next_offset;
    batch.headers_at_most = headers_at_most;
    records = PyList_New(0);
    if (records == NULL) {
        return NULL;
    }
    const uint8_t *bytes = EXACT(body);
    Cursor cursor = cursor_over(bytes + at, size - at);
    int status = next_records(unpacker, &cursor, &batch, left, room, records);
    at = cursor.at - bytes;
    EXACT_END(bytes);
    Py_XDECREF(batch.last_timestamp);
    if (status != READ) {
        Py_DECREF(records);
        return status == FAILED ? NULL : Py_NewRef(Py_None);
    }
    return Py_BuildValue("(NnLL)", records, at, (long long)batch.bytes,
                         (long long)batch.next_offset);
}

static PyObject *
unpacker_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *record, *names;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "Unpacker takes no keywords");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "OO!", &record, &PyTuple_Type, &names)) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(names) != FIELDS) {
        PyErr_SetString(PyExc_ValueError, "a record has seven fields");
        return NULL;
    }
    Unpacker *unpacker = (Unpacker *)type->tp_alloc(type, 0);
    if (unpacker == NULL) {
        return NULL;
    }
    unpacker->no_headers = PyTuple_New(0);
    unpacker->names = PyMem_Calloc(MET_PLACES, sizeof(Met));
    if (unpacker->names == NULL) {
        PyErr_NoMemory();
    }
    if (unpacker->names == NULL || unpacker->no_headers == NULL
        || shape_init(&unpacker->record, record, names) < 0) {
        Py_CLEAR(unpacker);
    }
    return (PyObject *)unpacker;
}

static void
unpacker_dealloc(Unpacker *unpacker)
{
    shape_clear(&unpacker->record);
    Py_CLEAR(unpacker->no_headers);
    if (unpacker->names != NULL) {
        met_clear(unpacker->names);
    }
    PyMem_Free(unpacker->names);
    Py_TYPE(unpacker)->tp_free((PyObject *)unpacker);
}

static PyMethodDef methods[] = {
    {"records", (PyCFunction)unpacker_records, METH_VARARGS,
     "The next records, or None: aiokafka reads them."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject UnpackerType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Unpacker",
    .tp_doc = "Reads the records of batches.",
    .tp_basicsize = sizeof(Unpacker),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = unpacker_new,
    .tp_dealloc = (destructor)unpacker_dealloc,
    .tp_methods = methods,
};
