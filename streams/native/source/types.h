/* The types that the module gives to Python. */
#ifndef CONSENTRY_TYPES_H
#define CONSENTRY_TYPES_H

#include "native.h"

extern PyTypeObject ReaderType;
extern PyTypeObject FactsType;
extern PyTypeObject HeldType;
extern PyTypeObject PileType;
extern PyTypeObject PilesType;
extern PyTypeObject RowsType;
extern PyTypeObject UnpackerType;
extern PyTypeObject BuilderType;

PyObject *read_by_place(PyObject *module, PyObject *args);

#endif
