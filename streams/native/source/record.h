/* The fields of a record as a consumer hands it over (`streams.wire.record.Record`). */
#ifndef CONSENTRY_RECORD_H
#define CONSENTRY_RECORD_H

#include "shape.h"

enum {
    RECORD_TOPIC, RECORD_PARTITION, RECORD_OFFSET, RECORD_TIMESTAMP, RECORD_KEY, RECORD_VALUE,
    RECORD_FIELDS
};

/* The class of the record that was met last: nearly all are of one, and it may be a struct. */
typedef struct {
    PyTypeObject *met;
    PyObject *names;
    Shape shape;
    int by_slot;
} RecordClass;

int record_class_init(RecordClass *known);
void record_class_clear(RecordClass *known);

/* Each of the fields, as new references. */
int record_fields(RecordClass *known, PyObject *record, PyObject **fields);
void record_release(PyObject **fields);

#endif
