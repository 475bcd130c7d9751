/* Records of a block to piles of them by subject (`streams.check.undecoded.hold`). */
#include "exact.h"
#include "held.h"
#include "slicing.h"

#define IDS 3  /* of the event, the controller and the subject, in this order */

static Slices slices;

/* The same as `zlib.crc32` of the subject's key. */
static uint32_t
crc_of_key(const Span *ids)
{
    const uint8_t separator = KEY_SEPARATOR;
    if (slices[0][1] == 0) {
        slices_init(slices, 0xEDB88320u);
    }
    uint32_t crc = by_slices(slices, 0xFFFFFFFFu, ids[1].start, ids[1].size);
    crc = by_slices(slices, crc, &separator, 1);
    return by_slices(slices, crc, ids[2].start, ids[2].size) ^ 0xFFFFFFFFu;
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

PyObject *
held_undecoded(const Held *held, PyObject *file, int64_t number, Span header, Span record)
{
    PyObject *one = shape_new(&held->undecoded);
    PyObject *value = PyBytes_FromStringAndSize(NULL, header.size + record.size);
    PyObject *place = PyLong_FromLongLong(number);
    if (one == NULL || value == NULL || place == NULL) {
        Py_XDECREF(one);
        Py_XDECREF(value);
        Py_XDECREF(place);
        return NULL;
    }
    memcpy(PyBytes_AS_STRING(value), header.start, (size_t)header.size);
    memcpy(PyBytes_AS_STRING(value) + header.size, record.start, (size_t)record.size);
    *shape_slot(&held->undecoded, one, HELD_FILE) = Py_NewRef(file);
    *shape_slot(&held->undecoded, one, HELD_NUMBER) = place;
    *shape_slot(&held->undecoded, one, HELD_VALUE) = value;
    return one;
}

/* The first record of a subject. */
static int
keep_first(PyObject *by_key, PyObject *key, PyObject *file, int64_t number, Span header, Span record)
{
    Pile *pile = pile_new();
    if (pile == NULL) {
        return FAILED;
    }
    int status = pile_add(pile, file, number, header, record);
    if (status == 0) {
        status = PyDict_SetItem(by_key, key, (PyObject *)pile);
    }
    Py_DECREF(pile);
    return status;
}

/* Put a record to those under its key: a pile, or a list where other things are known too. */
static int
keep(const Held *held, PyObject *by_key, PyObject *key, PyObject *file, int64_t number, Span header,
     Span record)
{
    PyObject *known = PyDict_GetItemWithError(by_key, key);
    if (known == NULL) {
        return PyErr_Occurred() ? FAILED
                                : keep_first(by_key, key, file, number, header, record);
    }
    if (Py_IS_TYPE(known, &PileType)) {
        return pile_add((Pile *)known, file, number, header, record);
    }
    if (!PyList_Check(known)) {
        PyErr_SetString(PyExc_TypeError, "records are held on a pile or in a list");
        return FAILED;
    }
    PyObject *one = held_undecoded(held, file, number, header, record);
    int status = one == NULL ? FAILED : PyList_Append(known, one);
    Py_XDECREF(one);
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
    const Span before = {(const uint8_t *)PyBytes_AS_STRING(header), PyBytes_GET_SIZE(header)};
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
        status = key == NULL
                     ? FAILED
                     : keep(held, by_key, key, file, first + place, before, record);
        Py_XDECREF(key);
        count++;
        bytes += before.size + record.size;
    }
    EXACT_END(data);
    if (status < 0) {
        Py_DECREF(left);
        return NULL;
    }
    return Py_BuildValue("(NLL)", left, count, bytes);
}
