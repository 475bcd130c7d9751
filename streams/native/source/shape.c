#include "shape.h"

#include <structmember.h>

/* Whether objects of the class are their slots and nothing else. */
static int
is_plain(PyTypeObject *type)
{
    return !PyType_IS_GC(type) && type->tp_itemsize == 0 && type->tp_dictoffset == 0
           && type->tp_weaklistoffset == 0 && type->tp_alloc == PyType_GenericAlloc;
}

static Py_ssize_t
offset_of(PyTypeObject *type, PyObject *name)
{
    PyObject *found = PyObject_GetAttr((PyObject *)type, name);
    if (found == NULL) {
        return FAILED;
    }
    Py_ssize_t offset = FAILED;
    if (Py_IS_TYPE(found, &PyMemberDescr_Type)) {
        PyMemberDef *member = ((PyMemberDescrObject *)found)->d_member;
        Py_ssize_t last = type->tp_basicsize - (Py_ssize_t)sizeof(PyObject *);
        if (member->type == T_OBJECT_EX && member->offset >= (Py_ssize_t)sizeof(PyObject)
            && member->offset <= last) {
            offset = member->offset;
        }
    }
    Py_DECREF(found);
    if (offset < 0) {
        PyErr_Format(PyExc_TypeError, "%R is no slot of a struct", name);
    }
    return offset;
}

int
shape_init(Shape *shape, PyObject *type, PyObject *names)
{
    memset(shape, 0, sizeof(*shape));
    if (!PyType_Check(type) || !PyTuple_Check(names) || !is_plain((PyTypeObject *)type)) {
        PyErr_SetString(PyExc_TypeError, "not a struct without gc, and the names of its fields");
        return FAILED;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(names);
    shape->offsets = PyMem_New(Py_ssize_t, count ? count : 1);
    if (shape->offsets == NULL) {
        PyErr_NoMemory();
        return FAILED;
    }
    for (Py_ssize_t field = 0; field < count; field++) {
        shape->offsets[field] = offset_of((PyTypeObject *)type, PyTuple_GET_ITEM(names, field));
        if (shape->offsets[field] < 0) {
            shape_clear(shape);
            return FAILED;
        }
    }
    shape->count = count;
    shape->type = (PyTypeObject *)Py_NewRef(type);
    return 0;
}

void
shape_clear(Shape *shape)
{
    Py_CLEAR(shape->type);
    PyMem_Free(shape->offsets);
    shape->offsets = NULL;
    shape->count = 0;
}
