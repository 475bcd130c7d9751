/* The piles of all subjects by their keys, in the order in which their first records came.
 *
 * As a dictionary is, and like that kept in two arrays; but where the memory of a pile lies can
 * be asked for before it is used, and of many records each belongs to somebody else.
 */
#ifndef CONSENTRY_PILES_H
#define CONSENTRY_PILES_H

#include "pile.h"

typedef struct {
    Py_hash_t hash;
    PyObject *key;  /* bytes; NULL once it was taken */
    Pile *pile;     /* NULL once it was taken, or popped */
} Piled;

typedef struct {
    PyObject_HEAD
    Piled *all;
    Py_ssize_t count;  /* how many of `all` are filled */
    Py_ssize_t room;
    Py_ssize_t held;   /* how many of them have a pile */
    uint32_t *slots;   /* by hash, a place in `all` and one more; 0: nothing */
    size_t mask;       /* how many slots there are, a power of two, less one; 0: none */
    Py_ssize_t taken;  /* how many of `all` were taken */
} Piles;

extern PyTypeObject PilesType;

/* What is under a key of bytes; NULL: nothing. */
Piled *piles_find(const Piles *piles, PyObject *key, Py_hash_t hash);

/* Put a new pile under a key under which there is none; borrowed, NULL: failed. */
Pile *piles_begin(Piles *piles, PyObject *key, Py_hash_t hash);

/* Ask for the memory of what is under a hash, in steps for each of which the one before has to
 * have arrived. */
enum { PILES_SLOT, PILES_PLACE, PILES_PILE, PILES_BYTES, PILES_STEPS };
void piles_prefetch(const Piles *piles, Py_hash_t hash, int step);

#endif
