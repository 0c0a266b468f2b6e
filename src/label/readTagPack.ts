/**
 * TagPacks and ActorPacks of GraphSense (schema: graphsense-lib `src/graphsenselib/tagpack/conf/tagpack_schema.yaml`).
 * A tag inherits every field of the header that it does not give itself.
 * @module
 */
import { printable } from '../units/text.ts'
import { LabelFileError } from './labelFileError.ts'
import {
  type Actor,
  dayOf,
  type LabelFile,
  type Rejection,
  type Statement,
  statement,
  textOf,
} from './statement.ts'
import { TAG_TYPES, type TagType } from './stops.ts'

/**
 * A parsed pack as statements or actors.
 *
 * @param root — what `readYaml` gave
 * @throws {LabelFileError} LABEL_BAD_FILE where it is neither kind of pack
 */
export function readTagPack(root: unknown, file: string): LabelFile {
  const header = root instanceof Map ? root : new Map<string, unknown>()
  const pack = [textOf(header.get('title')), textOf(header.get('creator'))].filter((part) => part !== null)
  const common = { pack: pack.length > 0 ? pack.join(' — ') : null, date: dayOf(header.get('lastmod')) }
  const tags: unknown = header.get('tags')
  const actors: unknown = header.get('actors')
  if (Array.isArray(tags)) return { layout: 'tagpack', ...common, ...tagsOf(tags, header), actors: [] }
  if (Array.isArray(actors)) return { layout: 'actorpack', ...common, statements: [], ...actorsOf(actors) }
  throw new LabelFileError('LABEL_BAD_FILE', file, 'a pack needs a list named "tags" or "actors"')
}

function tagsOf(
  tags: readonly unknown[],
  header: ReadonlyMap<string, unknown>,
): { statements: Statement[]; rejected: Rejection[] } {
  const statements: Statement[] = []
  const rejected: Rejection[] = []
  tags.forEach((tag: unknown, i) => {
    const place = `tag ${i + 1}`
    if (!(tag instanceof Map)) {
      rejected.push({ place, value: printable(String(tag)), reason: 'not a mapping' })
      return
    }
    const field = (name: string): unknown => (tag.has(name) ? tag.get(name) : header.get(name))
    const address = textOf(field('address'))
    const actor = textOf(field('actor'))
    const name = textOf(field('label')) ?? actor
    if (address === null || name === null) {
      const hash = textOf(field('tx_hash'))
      const reason = hash === null ? 'no address or no label' : 'speaks of a transaction, not of an address'
      rejected.push({ place, value: printable(hash ?? address ?? ''), reason })
      return
    }
    const concepts: unknown = field('concepts')
    const type = textOf(field('tag_type'))
    statements.push(
      statement({
        place,
        address,
        name,
        currency: textOf(field('network')) ?? textOf(field('currency')),
        entity: actor,
        category: textOf(field('category')) ?? (Array.isArray(concepts) ? textOf(concepts[0]) : null),
        abuse: textOf(field('abuse')),
        tagType: tagTypeOf(type),
        confidence: textOf(field('confidence')),
        source: textOf(field('source')),
        date: dayOf(field('lastmod')),
        definesCluster: field('is_cluster_definer') === true,
      }),
    )
  })
  return { statements, rejected }
}

/** A type we do not know cannot claim an owner. */
function tagTypeOf(type: string | null): TagType {
  return type === null ? 'actor' : (TAG_TYPES.find((known) => known === type) ?? 'mention')
}

function actorsOf(list: readonly unknown[]): { actors: Actor[]; rejected: Rejection[] } {
  const actors: Actor[] = []
  const rejected: Rejection[] = []
  list.forEach((item: unknown, i) => {
    const map = item instanceof Map ? item : new Map<string, unknown>()
    const id = textOf(map.get('id'))
    if (id === null) {
      rejected.push({ place: `actor ${i + 1}`, value: '', reason: 'no id' })
      return
    }
    const context = map.get('context')
    const inner = context instanceof Map ? context : new Map<string, unknown>()
    actors.push({
      id,
      label: textOf(map.get('label')) ?? id,
      aliases: textsOf(map.get('aliases')),
      categories: textsOf(map.get('categories')),
      jurisdictions: textsOf(map.get('jurisdictions')),
      uri: textOf(map.get('uri')),
      legalName: textOf(inner.get('legal_name')),
    })
  })
  return { actors, rejected }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf).filter((text) => text !== null) : []
}
