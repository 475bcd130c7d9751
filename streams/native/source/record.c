#include "record.h"

int
record_class_init(RecordClass *known)
{
    memset(known, 0, sizeof(*known));
    known->names = Py_BuildValue("(ssssss)", "topic", "partition", "offset", "timestamp", "key",
                                 "value");
    for (Py_ssize_t field = 0; known->names != NULL && field < RECORD_FIELDS; field++) {
        PyUnicode_InternInPlace(&PyTuple_GET_ITEM(known->names, field));
    }
    return known->names == NULL ? FAILED : 0;
}

void
record_class_clear(RecordClass *known)
{
    Py_CLEAR(known->met);
    Py_CLEAR(known->names);
    shape_clear(&known->shape);
}

static int
meet(RecordClass *known, PyTypeObject *type)
{
    Shape shape;
    int by_slot = shape_init(&shape, (PyObject *)type, known->names) == 0;
    if (!by_slot) {
        if (!PyErr_ExceptionMatches(PyExc_TypeError)
            && !PyErr_ExceptionMatches(PyExc_AttributeError)) {
            return FAILED;
        }
        PyErr_Clear();
    }
    shape_clear(&known->shape);
    known->shape = shape;
    known->by_slot = by_slot;
    Py_XSETREF(known->met, (PyTypeObject *)Py_NewRef(type));
    return 0;
}

int
record_fields(RecordClass *known, PyObject *record, PyObject **fields)
{
    if (!Py_IS_TYPE(record, known->met) && meet(known, Py_TYPE(record)) < 0) {
        return FAILED;
    }
    /* To ask for a field may run Python, which may have a record of another class read. */
    const int by_slot = known->by_slot;
    for (Py_ssize_t field = 0; field < RECORD_FIELDS; field++) {
        fields[field] = by_slot
                            ? Py_XNewRef(*shape_slot(&known->shape, record, field))
                            : PyObject_GetAttr(record, PyTuple_GET_ITEM(known->names, field));
        if (fields[field] == NULL) {
            while (field-- > 0) {
                Py_DECREF(fields[field]);
            }
            if (!PyErr_Occurred()) {
                PyErr_SetString(PyExc_AttributeError, "a record without one of its fields");
            }
            return FAILED;
        }
    }
    return READ;
}

void
record_release(PyObject **fields)
{
    for (Py_ssize_t field = 0; field < RECORD_FIELDS; field++) {
        Py_DECREF(fields[field]);
    }
}
