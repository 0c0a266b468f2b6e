/**
 * Pure pictures: a flow and view settings in, positioned shapes out; painted alike by report and web.
 * @module
 */
export { type FlowSettings, flowScene } from './flowScene.ts'
export { stoppingLabel } from './holderGraph.ts'
export { type Glyph, type Hatch, REASON_LOOKS, type ReasonLook } from './palette.ts'
export type * from './scene.ts'
export { type TimelineSettings, timelineScene } from './timelineScene.ts'
export { counted, reasonName, sharedName, shareText } from './words.ts'
