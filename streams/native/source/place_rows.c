/* Rows of the changelog into a database on disk (`streams.transport.state.disk.placing`). */
#include "place_rows.h"

#include "exact.h"
#include "stored.h"

#define ROWS 'R'         /* `streams.transport.state.disk.layout` */
#define PLACE_BYTES 5

/* The key of a row in a database: `R`, the place of its subject, its key. */
static PyObject *
key_in_database(Span key, Span subject)
{
    PyObject *made = PyBytes_FromStringAndSize(NULL, PLACE_BYTES + key.size);
    if (made != NULL) {
        uint8_t *at = (uint8_t *)PyBytes_AS_STRING(made);
        uint32_t place = place_of_subject(subject);
        *at++ = ROWS;
        for (int shift = 24; shift >= 0; shift -= 8) {
            *at++ = (uint8_t)(place >> shift);
        }
        memcpy(at, key.start, (size_t)key.size);
    }
    return made;
}

static int
is_plain(Span key, PyObject *row, Span *subject)
{
    int kind;
    if (subject_in_key(key, subject, &kind) != READ) {
        return LONG_WAY;
    }
    if (row == Py_None) {
        return READ;
    }
    if (kind == 'R' || !PyBytes_CheckExact(row)) {
        return LONG_WAY;
    }
    const uint8_t *start = EXACT(row);
    int status = waits_for_nothing((Span){start, PyBytes_GET_SIZE(row)});
    EXACT_END(start);
    return status;
}

/* Put a row, or delete it, where it is plain. */
static int
place(PyObject *key, PyObject *row, PyObject *put, PyObject *delete)
{
    if (!PyBytes_CheckExact(key)) {
        return LONG_WAY;
    }
    const uint8_t *start = EXACT(key);
    Span span = {start, PyBytes_GET_SIZE(key)}, subject;
    int status = is_plain(span, row, &subject);
    PyObject *made = status == READ ? key_in_database(span, subject) : NULL;
    EXACT_END(start);
    if (status != READ) {
        return status;
    }
    if (made == NULL) {
        return FAILED;
    }
    PyObject *arguments[] = {made, row};
    PyObject *done = row == Py_None ? PyObject_Vectorcall(delete, arguments, 1, NULL)
                                    : PyObject_Vectorcall(put, arguments, 2, NULL);
    Py_DECREF(made);
    Py_XDECREF(done);
    return done == NULL ? FAILED : READ;
}

/* place_rows(rows, put, delete) */
PyObject *
place_rows(PyObject *module, PyObject *args)
{
    PyObject *rows, *put, *delete, *key, *row, *left = PyList_New(0);
    Py_ssize_t at = 0;
    (void)module;
    if (left == NULL || !PyArg_ParseTuple(args, "O!OO", &PyDict_Type, &rows, &put, &delete)) {
        Py_XDECREF(left);
        return NULL;
    }
    while (PyDict_Next(rows, &at, &key, &row)) {
        /* Whoever is called could change the dictionary, which holds them. */
        Py_INCREF(key);
        Py_INCREF(row);
        int status = place(key, row, put, delete);
        if (status == LONG_WAY) {
            PyObject *pair = PyTuple_Pack(2, key, row);
            status = pair == NULL || PyList_Append(left, pair) < 0 ? FAILED : READ;
            Py_XDECREF(pair);
        }
        Py_DECREF(key);
        Py_DECREF(row);
        if (status == FAILED) {
            Py_DECREF(left);
            return NULL;
        }
    }
    return left;
}
