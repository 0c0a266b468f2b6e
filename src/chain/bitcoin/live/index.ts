/**
 * Live sources of the Bitcoin family: explorers that speak Esplora's HTTP API, and nodes.
 * @module
 */
export { createEsplora } from './esplora.ts'
export { createBitcoinNode, createBitcoinRest } from './node.ts'
export { probeBitcoin } from './probe.ts'
