/* Values of a class of msgspec's, made and read without names.
 *
 * msgspec keeps each field of a struct in a slot, whose place a member descriptor of the class
 * states. A call with keywords looks each name up again; to put a value into its slot is a
 * fifth of that. It is sound for the classes that `shape_init` lets in: the garbage collector
 * does not follow them, they have no dictionary, and every field has a slot that holds any
 * object. That they are frozen holds for everybody who got one: here they are filled before.
 */
#ifndef CONSENTRY_SHAPE_H
#define CONSENTRY_SHAPE_H

#include "native.h"

typedef struct {
    PyTypeObject *type;
    Py_ssize_t count;
    Py_ssize_t *offsets;  /* where the slot of each field is in an object, in bytes */
} Shape;

/* Find the slots of the fields in `names`, a tuple. TypeError for a class of another kind. */
int shape_init(Shape *shape, PyObject *type, PyObject *names);
void shape_clear(Shape *shape);

/* A new object whose slots are all empty. It may be let go at any time. */
static inline PyObject *
shape_new(const Shape *shape)
{
    return shape->type->tp_alloc(shape->type, 0);
}

static inline PyObject **
shape_slot(const Shape *shape, PyObject *one, Py_ssize_t field)
{
    return (PyObject **)((char *)one + shape->offsets[field]);
}

#endif
