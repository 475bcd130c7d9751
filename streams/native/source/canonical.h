/* The canonical form of an event, which is hashed (`streams.wire.canonical`). */
#ifndef CONSENTRY_CANONICAL_H
#define CONSENTRY_CANONICAL_H

#include "shape.h"

/* One member of the form: its name with quotes and colon, and the field that it holds. */
typedef struct {
    PyObject *name;    /* bytes; with the value where the field is -1 */
    Py_ssize_t field;
    int is_instant;
} Member;

typedef struct {
    Py_ssize_t count;
    Member *members;  /* by name */
} Form;

/* From a tuple of tuples: name, field, whether it is an instant. */
int form_init(Form *form, PyObject *members, Py_ssize_t fields);
void form_clear(Form *form);

/* The bytes of the form; LONG_WAY for texts that JSON would write with escapes. */
int form_bytes(const Form *form, const Shape *shape, PyObject *event, PyObject **bytes);

#endif
