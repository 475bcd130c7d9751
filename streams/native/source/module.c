/* The module `streams.native._native`: what `streams.native` makes of it stands there. */
#include "arenas.h"
#include "crc32c.h"
#include "load_rows.h"
#include "place_rows.h"
#include "stored.h"
#include "types.h"

static PyMethodDef functions[] = {
    {"arenas_in_huge_pages", arenas_in_huge_pages, METH_NOARGS,
     "Let small objects lie in pages of 2 MiB from here on."},
    {"crc32c", crc32c, METH_VARARGS, "The CRC-32C of bytes, from a place on."},
    {"load_rows", load_rows, METH_VARARGS, "Take rows of the changelog into memory."},
    {"place_rows", place_rows, METH_VARARGS, "Take rows of the changelog to a database."},
    {"read_by_place", read_by_place, METH_VARARGS,
     "Let fields of values of a class be read without a look-up."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "streams.native._native",
    .m_doc = "Reads what producers sent, as the Python beside it does.",
    .m_size = -1,
    .m_methods = functions,
};

PyMODINIT_FUNC
PyInit__native(void)
{
    crc32c_init();
    stored_init();
    if (load_rows_init() < 0) {
        return NULL;
    }
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL) {
        return NULL;
    }
    PyTypeObject *types[] = {&ReaderType, &FactsType, &HeldType, &PileType, &PilesType,
                             &RowsType, &UnpackerType, &BuilderType};
    for (size_t place = 0; place < sizeof(types) / sizeof(types[0]); place++) {
        if (PyModule_AddType(module, types[place]) < 0) {
            Py_DECREF(module);
            return NULL;
        }
    }
    return module;
}
