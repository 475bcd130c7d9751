/* Rows of the changelog into memory, as `streams.transport.state.row_loading` puts them there. */
#include "load_rows.h"

#include "exact.h"
#include "record.h"
#include "stored.h"

static RecordClass record_class;

int
load_rows_init(void)
{
    return record_class_init(&record_class);
}

/* What is loaded into, and what came of it so far. */
typedef struct {
    PyObject *buckets;
    int shift;
    PyObject *progress_key, *progress;
    Py_ssize_t added;
} Loading;

/* The dictionary under a key, made where there is none and one is wanted. Borrowed. */
static int
found_in(PyObject *all, PyObject *key, int wanted, PyObject **found)
{
    *found = PyDict_GetItemWithError(all, key);
    if (*found == NULL) {
        if (PyErr_Occurred()) {
            return FAILED;
        }
        PyObject *made = wanted ? PyDict_New() : NULL;
        if (wanted && (made == NULL || PyDict_SetItem(all, key, made) < 0)) {
            Py_XDECREF(made);
            return FAILED;
        }
        Py_XDECREF(made);
        *found = made;
    }
    return *found == NULL || PyDict_CheckExact(*found) ? READ : LONG_WAY;
}

static int
take_away(PyObject *bucket, PyObject *subject, PyObject *rows, PyObject *key, Loading *loading)
{
    int there = rows == NULL ? 0 : PyDict_Contains(rows, key);
    if (there <= 0) {
        return there < 0 ? FAILED : READ;
    }
    loading->added--;
    if (PyDict_GET_SIZE(rows) == 1) {
        return PyDict_DelItem(bucket, subject) < 0 ? FAILED : READ;
    }
    return PyDict_DelItem(rows, key) < 0 ? FAILED : READ;
}

static int
load_into(PyObject *bucket, PyObject *subject, PyObject *key, PyObject *row, Loading *loading)
{
    PyObject *rows;
    int status = found_in(bucket, subject, row != Py_None, &rows);
    if (status != READ) {
        return status;
    }
    if (row == Py_None) {
        return take_away(bucket, subject, rows, key, loading);
    }
    Py_ssize_t before = PyDict_GET_SIZE(rows);
    if (PyDict_SetItem(rows, key, row) < 0) {
        return FAILED;
    }
    loading->added += PyDict_GET_SIZE(rows) - before;
    return READ;
}

static int
is_progress(PyObject *key, const Loading *loading)
{
    Py_ssize_t size = PyBytes_GET_SIZE(key);
    return size == PyBytes_GET_SIZE(loading->progress_key)
           && memcmp(PyBytes_AS_STRING(key), PyBytes_AS_STRING(loading->progress_key),
                     (size_t)size) == 0;
}

static int
load(PyObject *key, PyObject *row, Loading *loading)
{
    if (!PyBytes_CheckExact(key) || (row != Py_None && !PyBytes_CheckExact(row))) {
        return LONG_WAY;
    }
    if (is_progress(key, loading)) {
        Py_SETREF(loading->progress, Py_NewRef(row));
        return READ;
    }
    int kind;
    const uint8_t *start = EXACT(key);
    Span subject;
    PyObject *number = NULL, *whose = NULL, *bucket;
    int status = subject_in_key((Span){start, PyBytes_GET_SIZE(key)}, &subject, &kind);
    if (status == READ) {
        number = PyLong_FromUnsignedLong(place_of_subject(subject) >> loading->shift);
        whose = PyBytes_FromStringAndSize((const char *)subject.start, subject.size);
        status = number == NULL || whose == NULL ? FAILED : READ;
    }
    EXACT_END(start);
    if (status == READ) {
        status = found_in(loading->buckets, number, 1, &bucket);
    }
    if (status == READ) {
        status = load_into(bucket, whose, key, row, loading);
    }
    Py_XDECREF(number);
    Py_XDECREF(whose);
    return status;
}

/* load_rows(records, buckets, shift, progress_key, progress) */
PyObject *
load_rows(PyObject *module, PyObject *args)
{
    Loading loading = {0};
    PyObject *records;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!O!iSO", &PyList_Type, &records, &PyDict_Type,
                          &loading.buckets, &loading.shift, &loading.progress_key,
                          &loading.progress)) {
        return NULL;
    }
    if (loading.shift < 0 || loading.shift > 31) {
        PyErr_SetString(PyExc_ValueError, "a place has 32 bits");
        return NULL;
    }
    Py_INCREF(loading.progress);
    Py_ssize_t place = 0;
    int status = READ;
    /* Reading a field of a record of another class may run Python, which may change the list. */
    for (; place < PyList_GET_SIZE(records); place++) {
        PyObject *fields[RECORD_FIELDS], *record = Py_NewRef(PyList_GET_ITEM(records, place));
        status = record_fields(&record_class, record, fields);
        if (status == READ) {
            status = load(fields[RECORD_KEY], fields[RECORD_VALUE], &loading);
            record_release(fields);
        }
        Py_DECREF(record);
        if (status != READ) {
            break;
        }
    }
    if (status == FAILED) {
        Py_DECREF(loading.progress);
        return NULL;
    }
    return Py_BuildValue("(nnN)", place, loading.added, loading.progress);
}
