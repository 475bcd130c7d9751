/* Fields of msgspec's structs by name, without going through their class.
 *
 * Compiled rules ask an event for a field by its name, and CPython looks the name up among those
 * of the class and its bases, finds a descriptor there, and asks that for the value. The slot is
 * always in the same place: it is looked up once for each class and name, here.
 */
#include "shape.h"
#include "types.h"

#define PLACES 4096  /* a power of two, many times as many as there are fields */

typedef struct {
    PyTypeObject *type;
    PyObject *name;
    Py_ssize_t offset;
} Field;

/* Filled when a class is taken in, and never emptied: classes and names are there for good. */
static Field known[PLACES];

static inline Field *
place_of(const PyTypeObject *type, const PyObject *name)
{
    uintptr_t hash = ((uintptr_t)type >> 4) * 31 + ((uintptr_t)name >> 4);
    return &known[(hash ^ (hash >> 12)) & (PLACES - 1)];
}

static PyObject *
field_by_name(PyObject *one, PyObject *name)
{
    PyTypeObject *type = Py_TYPE(one);
    const Field *field = place_of(type, name);
    if (field->type == type && field->name == name) {
        PyObject *value = *(PyObject **)((char *)one + field->offset);
        if (value != NULL) {
            return Py_NewRef(value);
        }
    }
    /* A method, a name that is not interned, one whose place was taken, or no field at all. */
    return PyObject_GenericGetAttr(one, name);
}

static int
take_in(Shape *shape, PyObject *names)
{
    for (Py_ssize_t place = 0; place < shape->count; place++) {
        PyObject *name = Py_NewRef(PyTuple_GET_ITEM(names, place));
        if (!PyUnicode_CheckExact(name)) {
            Py_DECREF(name);
            PyErr_SetString(PyExc_TypeError, "the name of a field is a text");
            return FAILED;
        }
        PyUnicode_InternInPlace(&name);
        Field *field = place_of(shape->type, name);
        if (field->type != NULL) {
            Py_DECREF(name);
            continue;
        }
        field->type = (PyTypeObject *)Py_NewRef(shape->type);
        field->name = name;
        field->offset = shape->offsets[place];
    }
    return 0;
}

PyObject *
read_by_place(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *type, *names;
    Shape shape;
    if (!PyArg_ParseTuple(args, "OO!", &type, &PyTuple_Type, &names)) {
        return NULL;
    }
    if (shape_init(&shape, type, names) < 0) {
        return NULL;
    }
    if (shape.type->tp_getattro != PyObject_GenericGetAttr
        || !(shape.type->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        shape_clear(&shape);
        PyErr_SetString(PyExc_TypeError, "a class that has its own way, or has one already");
        return NULL;
    }
    int status = take_in(&shape, names);
    if (status == 0) {
        shape.type->tp_getattro = field_by_name;
        PyType_Modified(shape.type);
    }
    shape_clear(&shape);
    return status < 0 ? NULL : Py_NewRef(Py_None);
}
