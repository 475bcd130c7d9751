/* What a row says of a fact, and how plain Python objects are read for it. */
#ifndef CONSENTRY_SAID_H
#define CONSENTRY_SAID_H

#include "native.h"

/* What a row says, as far as it is written. Nothing in it is owned. */
typedef struct {
    const char *topic, *digest, *event_id;
    Py_ssize_t topic_size, digest_size, event_id_size;
    int64_t partition, offset, ingested_at, occurred_at, taken_at;
    int is_taken;
    PyObject *value, *event;
} Said;

static inline int
number_of(PyObject *one, int64_t *number)
{
    int overflow = 0;
    if (one == NULL || !PyLong_CheckExact(one)) {
        return LONG_WAY;
    }
    *number = PyLong_AsLongLongAndOverflow(one, &overflow);
    return overflow ? LONG_WAY : READ;
}

static inline int
text_of(PyObject *one, const char **text, Py_ssize_t *size)
{
    /* ASCII only: of other texts Python would keep the UTF-8 beside the text for good. */
    if (one == NULL || !PyUnicode_CheckExact(one) || !PyUnicode_IS_COMPACT_ASCII(one)) {
        return LONG_WAY;
    }
    *text = (const char *)PyUnicode_1BYTE_DATA(one);
    *size = PyUnicode_GET_LENGTH(one);
    return READ;
}

static inline int
is_empty(PyObject *one)
{
    return one != NULL && PyDict_CheckExact(one) && PyDict_GET_SIZE(one) == 0;
}

#endif
