/* Records of a block to lists of them by subject (`streams.check.undecoded.plain_hold`). */
#include "exact.h"
#include "held.h"

#define IDS 3  /* of the event, the controller and the subject, in this order */

static uint32_t crc_table[256];

static void
crc_init(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t rest = byte;
        for (int bit = 0; bit < 8; bit++) {
            rest = rest & 1 ? (rest >> 1) ^ 0xEDB88320u : rest >> 1;
        }
        crc_table[byte] = rest;
    }
}

static uint32_t
crc_of(uint32_t crc, const uint8_t *start, Py_ssize_t size)
{
    for (Py_ssize_t at = 0; at < size; at++) {
        crc = crc_table[(crc ^ start[at]) & 0xFF] ^ (crc >> 8);
    }
    return crc;
}

/* The same as `zlib.crc32` of the subject's key. */
static uint32_t
crc_of_key(const Span *ids)
{
    const uint8_t separator = KEY_SEPARATOR;
    if (crc_table[1] == 0) {
        crc_init();
    }
    uint32_t crc = crc_of(0xFFFFFFFFu, ids[1].start, ids[1].size);
    crc = crc_of(crc, &separator, 1);
    return crc_of(crc, ids[2].start, ids[2].size) ^ 0xFFFFFFFFu;
}

static int
next_ids(Cursor *cursor, Span *ids)
{
    for (int place = 0; place < IDS; place++) {
        int64_t size;
        if (!next_number(cursor, 2, &size)) {
            return LONG_WAY;
        }
        ids[place].start = next_bytes(cursor, size);
        ids[place].size = (Py_ssize_t)size;
        if (ids[place].start == NULL) {
            return LONG_WAY;
        }
    }
    return READ;
}

static PyObject *
key_of(const Span *ids)
{
    PyObject *key = PyBytes_FromStringAndSize(NULL, ids[1].size + 1 + ids[2].size);
    if (key != NULL) {
        char *at = PyBytes_AS_STRING(key);
        memcpy(at, ids[1].start, (size_t)ids[1].size);
        at[ids[1].size] = KEY_SEPARATOR;
        memcpy(at + ids[1].size + 1, ids[2].start, (size_t)ids[2].size);
    }
    return key;
}

/* A record by itself: the header of its schema, and its bytes. */
static PyObject *
undecoded_of(const Held *held, PyObject *file, long long number, PyObject *header, Span record)
{
    Py_ssize_t before = PyBytes_GET_SIZE(header);
    PyObject *one = shape_new(&held->undecoded);
    PyObject *value = PyBytes_FromStringAndSize(NULL, before + record.size);
    PyObject *place = PyLong_FromLongLong(number);
    if (one == NULL || value == NULL || place == NULL) {
        Py_XDECREF(one);
        Py_XDECREF(value);
        Py_XDECREF(place);
        return NULL;
    }
    memcpy(PyBytes_AS_STRING(value), PyBytes_AS_STRING(header), (size_t)before);
    memcpy(PyBytes_AS_STRING(value) + before, record.start, (size_t)record.size);
    *shape_slot(&held->undecoded, one, HELD_FILE) = Py_NewRef(file);
    *shape_slot(&held->undecoded, one, HELD_NUMBER) = place;
    *shape_slot(&held->undecoded, one, HELD_VALUE) = value;
    return one;
}

/* Put a record into the list under its key; it is taken over. */
static int
keep(PyObject *by_key, PyObject *key, PyObject *one)
{
    int status = FAILED;
    PyObject *list = PyDict_GetItemWithError(by_key, key);
    if (list != NULL) {
        status = PyList_Append(list, one);
    }
    else if (!PyErr_Occurred() && (list = PyList_New(1)) != NULL) {
        PyList_SET_ITEM(list, 0, Py_NewRef(one));
        status = PyDict_SetItem(by_key, key, list);
        Py_DECREF(list);
    }
    Py_DECREF(one);
    return status;
}

static int
append_number(PyObject *list, Py_ssize_t number)
{
    PyObject *one = PyLong_FromSsize_t(number);
    int status = one == NULL ? FAILED : PyList_Append(list, one);
    Py_XDECREF(one);
    return status;
}

/* The end of a record, from the list of them; FAILED where it lies outside. */
static Py_ssize_t
end_at(PyObject *ends, Py_ssize_t place, Py_ssize_t start, Py_ssize_t size)
{
    Py_ssize_t end = PyLong_AsSsize_t(PyList_GET_ITEM(ends, place));
    if (end < start || end > size) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_ValueError, "a record that ends outside of its block");
        }
        return FAILED;
    }
    return end;
}

PyObject *
held_hold(Held *held, PyObject *args)
{
    PyObject *by_key, *file, *header, *block, *ends;
    long long first, share, of, count = 0, bytes = 0;
    Py_ssize_t start;
    if (!PyArg_ParseTuple(args, "O!OLSSnO!LL", &PyDict_Type, &by_key, &file, &first, &header,
                          &block, &start, &PyList_Type, &ends, &share, &of)) {
        return NULL;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(block);
    PyObject *left = start < 0 ? NULL : PyList_New(0);
    if (left == NULL) {
        return start < 0 ? PyErr_Format(PyExc_ValueError, "a block starts at 0") : NULL;
    }
    const uint8_t *data = EXACT(block);
    int status = 0;
    for (Py_ssize_t place = 0; place < PyList_GET_SIZE(ends) && status == 0; place++) {
        Py_ssize_t end = end_at(ends, place, start, size);
        if (end < 0) {
            status = FAILED;
            break;
        }
        Span record = {data + start, end - start}, ids[IDS];
        start = end;
        Cursor cursor = cursor_over(record.start, record.size);
        if (next_ids(&cursor, ids) != READ) {
            status = append_number(left, place);
            continue;
        }
        if (of > 1 && crc_of_key(ids) % of != share) {
            continue;
        }
        PyObject *key = key_of(ids);
        PyObject *one = key == NULL ? NULL
                                    : undecoded_of(held, file, first + place, header, record);
        status = one == NULL ? FAILED : keep(by_key, key, one);
        Py_XDECREF(key);
        count++;
        bytes += PyBytes_GET_SIZE(header) + record.size;
    }
    EXACT_END(data);
    if (status < 0) {
        Py_DECREF(left);
        return NULL;
    }
    return Py_BuildValue("(NLL)", left, count, bytes);
}
