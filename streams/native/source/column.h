/* One field of a schema, as `streams.wire.columns.Column` describes it, and how it is read. */
#ifndef CONSENTRY_COLUMN_H
#define CONSENTRY_COLUMN_H

#include "cursor.h"
#include "met.h"

enum { TEXT, SYMBOL, FLAG, INSTANT };  /* `streams.wire.columns` */

typedef struct {
    Py_ssize_t field;  /* of the event */
    int kind;
    int optional;
    int many;
    int repeats;       /* its texts come again */
    int open;          /* its texts may be misspelt, which Python finds out */
    Py_ssize_t symbol_count;
    PyObject **symbols;  /* NULL where the long way must look */
    PyObject *look;      /* bytes not met before to their text, or to None */
    Met *texts;
    Met *lists;
} Column;

/* From a tuple: field, kind, optional, many, repeats, open, symbols, look. */
int column_init(Column *column, PyObject *described);
void column_clear(Column *column);

/* The value of a text, symbol or flag; `raw`, where given, becomes the bytes of a text. */
int column_one(Column *column, Cursor *cursor, PyObject **value, Span *raw);

/* The tuple of a list; NULL for an empty one. */
int column_many(Column *column, Cursor *cursor, PyObject **value);

#endif
