/* Records to write, as they stand in a batch of version 2 behind its header.
 *
 * https://kafka.apache.org/documentation/#recordbatch. Two passes over the same records: one
 * adds up how much room they take, the other writes. All have the time of their batch.
 */
#include "shape.h"
#include "types.h"

#include <stddef.h>

enum { KEY, VALUE, HEADERS, FIELDS };

typedef struct {
    PyObject_HEAD
    Shape output;
} Builder;

static Py_ssize_t
number_size(int64_t number)
{
    uint64_t left = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    Py_ssize_t size = 1;
    while (left > 0x7F) {
        left >>= 7;
        size++;
    }
    return size;
}

static uint8_t *
put_number(uint8_t *at, int64_t number)
{
    uint64_t left = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    while (left > 0x7F) {
        *at++ = (uint8_t)(left | 0x80);
        left >>= 7;
    }
    *at++ = (uint8_t)left;
    return at;
}

/* Bytes behind their length; None is -1. */
static Py_ssize_t
field_size(PyObject *field)
{
    if (field == Py_None) {
        return 1;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(field);
    return number_size(size) + size;
}

static uint8_t *
put_field(uint8_t *at, PyObject *field)
{
    if (field == Py_None) {
        return put_number(at, -1);
    }
    Py_ssize_t size = PyBytes_GET_SIZE(field);
    at = put_number(at, size);
    memcpy(at, PyBytes_AS_STRING(field), (size_t)size);
    return at + size;
}

static int
is_field(PyObject *field)
{
    return field == Py_None || PyBytes_Check(field);
}

/* Whether headers are a tuple of pairs whose names are ASCII: others are aiokafka's to write. */
static int
are_headers(PyObject *headers)
{
    if (headers == NULL || !PyTuple_CheckExact(headers)) {
        return 0;
    }
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(headers); place++) {
        PyObject *one = PyTuple_GET_ITEM(headers, place);
        if (!PyTuple_CheckExact(one) || PyTuple_GET_SIZE(one) != 2
            || !PyUnicode_CheckExact(PyTuple_GET_ITEM(one, 0))
            || !PyUnicode_IS_COMPACT_ASCII(PyTuple_GET_ITEM(one, 0))
            || !is_field(PyTuple_GET_ITEM(one, 1))) {
            return 0;
        }
    }
    return 1;
}

static Py_ssize_t
headers_size(PyObject *headers)
{
    Py_ssize_t size = number_size(PyTuple_GET_SIZE(headers));
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(headers); place++) {
        PyObject *one = PyTuple_GET_ITEM(headers, place);
        Py_ssize_t name = PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(one, 0));
        size += number_size(name) + name + field_size(PyTuple_GET_ITEM(one, 1));
    }
    return size;
}

static uint8_t *
put_headers(uint8_t *at, PyObject *headers)
{
    at = put_number(at, PyTuple_GET_SIZE(headers));
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(headers); place++) {
        PyObject *one = PyTuple_GET_ITEM(headers, place), *name = PyTuple_GET_ITEM(one, 0);
        Py_ssize_t size = PyUnicode_GET_LENGTH(name);
        at = put_number(at, size);
        memcpy(at, PyUnicode_1BYTE_DATA(name), (size_t)size);
        at = put_field(at + size, PyTuple_GET_ITEM(one, 1));
    }
    return at;
}

#define FIELD(builder, output, field) (*shape_slot(&(builder)->output, (output), (field)))

/* Of a record without its length: attributes, time, place, key, value, headers. -1: not ours. */
static Py_ssize_t
record_size(const Builder *builder, PyObject *output, Py_ssize_t place)
{
    if (!Py_IS_TYPE(output, builder->output.type)) {
        return -1;
    }
    PyObject *key = FIELD(builder, output, KEY), *value = FIELD(builder, output, VALUE);
    PyObject *headers = FIELD(builder, output, HEADERS);
    if (key == NULL || value == NULL || !is_field(key) || !is_field(value)
        || !are_headers(headers)) {
        return -1;
    }
    return 2 + number_size(place) + field_size(key) + field_size(value) + headers_size(headers);
}

static uint8_t *
put_record(const Builder *builder, uint8_t *at, PyObject *output, Py_ssize_t place)
{
    at = put_number(at, record_size(builder, output, place));
    *at++ = 0;
    *at++ = 0;
    at = put_number(at, place);
    at = put_field(at, FIELD(builder, output, KEY));
    at = put_field(at, FIELD(builder, output, VALUE));
    return put_headers(at, FIELD(builder, output, HEADERS));
}

static PyObject *
builder_records(Builder *builder, PyObject *args)
{
    PyObject *outputs;
    Py_ssize_t start, room, size = 0, count = 0;
    if (!PyArg_ParseTuple(args, "O!nn", &PyList_Type, &outputs, &start, &room)) {
        return NULL;
    }
    if (start < 0) {
        PyErr_SetString(PyExc_ValueError, "a place before the first record");
        return NULL;
    }
    for (; start + count < PyList_GET_SIZE(outputs); count++) {
        Py_ssize_t one = record_size(builder, PyList_GET_ITEM(outputs, start + count), count);
        if (one < 0) {
            Py_RETURN_NONE;
        }
        one += number_size(one);
        if (count > 0 && one > room - size) {
            break;
        }
        size += one;
    }
    PyObject *records = PyBytes_FromStringAndSize(NULL, size);
    if (records == NULL) {
        return NULL;
    }
    uint8_t *at = (uint8_t *)PyBytes_AS_STRING(records);
    for (Py_ssize_t place = 0; place < count; place++) {
        at = put_record(builder, at, PyList_GET_ITEM(outputs, start + place), place);
    }
    assert(at == (uint8_t *)PyBytes_AS_STRING(records) + size);
    return Py_BuildValue("(Nn)", records, count);
}

static PyObject *
builder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *output, *names;
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0) {
        PyErr_SetString(PyExc_TypeError, "Builder takes no keywords");
        return NULL;
    }
    if (!PyArg_ParseTuple(args, "OO!", &output, &PyTuple_Type, &names)) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(names) != FIELDS) {
        PyErr_SetString(PyExc_ValueError, "a record to write has three fields here");
        return NULL;
    }
    Builder *builder = (Builder *)type->tp_alloc(type, 0);
    if (builder != NULL && shape_init(&builder->output, output, names) < 0) {
        Py_CLEAR(builder);
    }
    return (PyObject *)builder;
}

static void
builder_dealloc(Builder *builder)
{
    shape_clear(&builder->output);
    Py_TYPE(builder)->tp_free((PyObject *)builder);
}

static PyMethodDef methods[] = {
    {"records", (PyCFunction)builder_records, METH_VARARGS,
     "Records as they stand in a batch, and how many, or None: aiokafka writes them."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject BuilderType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "streams.native._native.Builder",
    .tp_doc = "Writes the records of batches.",
    .tp_basicsize = sizeof(Builder),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = builder_new,
    .tp_dealloc = (destructor)builder_dealloc,
    .tp_methods = methods,
};
