#include "met.h"

/* Remember what these bytes gave. */
int
met_now(Met *met, Span raw, uint64_t hash, PyObject *value)
{
    if (raw.size > MET_MAX_BYTES) {
        return 0;
    }
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)raw.start, raw.size);
    if (bytes == NULL) {
        return FAILED;
    }
    Met *one = &met[hash & (MET_PLACES - 1)];
    one->hash = hash;
    Py_XSETREF(one->raw, bytes);
    Py_XSETREF(one->value, Py_NewRef(value));
    return 0;
}

void
met_clear(Met *met)
{
    for (Py_ssize_t place = 0; place < MET_PLACES; place++) {
        Py_CLEAR(met[place].raw);
        Py_CLEAR(met[place].value);
    }
}
