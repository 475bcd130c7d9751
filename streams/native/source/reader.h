/* The reader of the events of one schema (`streams.wire.avro_fast_path.AvroFastPath.event`). */
#ifndef CONSENTRY_READER_H
#define CONSENTRY_READER_H

#include "canonical.h"
#include "column.h"
#include "shape.h"

#define AVRO_HEADER 10  /* the marker and the fingerprint of the schema */

typedef struct {
    PyObject_HEAD
    Shape shape;
    PyObject **defaults;  /* by field; NULL where there is none */
    Py_ssize_t column_count;
    Column *columns;
    uint8_t header[AVRO_HEADER];
    Py_ssize_t occurred_at, recorded_at, controller_id, subject_id;  /* which fields they are */
    Py_ssize_t action, purposes;  /* -1 in events that are no grants */
    PyObject *granted;
    Form form;
    long long earliest, latest;  /* milliseconds since 1970 */
} Reader;

/* An event, and what else a caller asks for without reading it again. */
typedef struct {
    PyObject *event;
    int64_t occurred_at;
    Span controller_id, subject_id;
} ReadEvent;

#include "types.h"

int reader_read(Reader *reader, const uint8_t *value, Py_ssize_t size, ReadEvent *read);

#endif
