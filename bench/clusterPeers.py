"""Connected components by a Python library: clusterPeers.py igraph|scipy EDGES NODES RUNS OUT.

EDGES and OUT are files of little-endian u32: pairs of nodes, and the smallest node of each node's component. Prints JSON:
milliseconds of each run, to make the graph and to find the components.
"""
import json
import sys
import time

import numpy

library, edges_file, nodes, runs, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
edges = numpy.fromfile(edges_file, dtype="<u4").reshape(-1, 2)

if library == "igraph":
    import igraph

    wide = numpy.ascontiguousarray(edges, dtype=numpy.intp)

    def graph():
        return igraph.Graph(n=nodes, edges=wide)

    def components(made):
        return numpy.array(made.connected_components(mode="weak").membership)

else:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ones = numpy.ones(len(edges), dtype=numpy.uint8)

    def graph():
        return coo_matrix((ones, (edges[:, 0], edges[:, 1])), shape=(nodes, nodes)).tocsr()

    def components(made):
        return connected_components(made, directed=False)[1]


def timed(work):
    start = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - start)


make, find = [], []
for _ in range(runs):
    made, ms = timed(graph)
    make.append(ms)
    labels, ms = timed(lambda: components(made))
    find.append(ms)
_, first, place = numpy.unique(labels, return_index=True, return_inverse=True)
first[place].astype("<u4").tofile(out)
print(json.dumps({"make": make, "find": find}))
