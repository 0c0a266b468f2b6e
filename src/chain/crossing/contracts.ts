/**
 * Contracts that bridges themselves name. A log of the right shape from any other contract is somebody's claim only.
 * Immutable routers change over time: a contract that is missing here is not a forgery. Each table names its protocol's own
 * list; those of Celer, Hop and Synapse were read as DefiLlama's adapters (bridges-server, dimension-adapters) repeat them, and
 * the routers of THORChain and Maya as public monitors do.
 * @module
 */
import { addressOf, chainOf, type HolderId } from '../../units/caip.ts'

/** Contracts by CAIP-2 reference of their EVM chain, lower case. */
type Contracts = Readonly<Record<number, readonly string[]>>

/** gitlab.com/thorchain/thornode `x/thorchain/router_upgrade_info.go` and `chain/evm/deployment/`: routers V1 to V4.1 and V6.1. */
export const THORCHAIN_ROUTERS: Contracts = {
  1: [
    '0xd37bbe5744d730a1d98d8dc97c42f0ca46ad7146',
    '0x3624525075b88b24ecc29ce226b0cec1ffcb6976',
    '0xc145990e84155416144c532e31f89b840ca8c2ce',
    '0x42a5ed456650a09dc10ebc6361a7480fdd61f27b',
    '0x00dc6100103bc402d490aee3f9a5560cbd91f1d4',
  ],
  56: ['0xb30ec53f98ff5947ede720d32ac2da7e52a5f56b', '0x00dc6100103bc402d490aee3f9a5560cbd91f1d4'],
  8453: ['0x68208d99746b805a1ae41421950a47b711e35681', '0x00dc6100103bc402d490aee3f9a5560cbd91f1d4'],
  43114: ['0x8f66c4ae756bebc49ec8b81966dd8bba9f127549', '0x00dc6100103bc402d490aee3f9a5560cbd91f1d4'],
}

/** MAYANode `/mayachain/inbound_addresses`; Etherscan's label "Maya Protocol: ETH Router v4". */
export const MAYA_ROUTERS: Contracts = {
  1: ['0xe3985e6b61b814f7cdb188766562ba71b446b46d'],
  42161: ['0x700e97ef07219440487840dc472e7120a7ff11f4'],
}

/** developers.circle.com/cctp/v1/evm-smart-contracts and /cctp/references/contract-addresses; V2 is the same on every chain. */
const CCTP_V2 = ['0x28b5a0e9c621a5badaa536219b3a228c8168cf5d', '0x81d40f21f12a8f0e3252bccb954d722d4c464b64']
const CCTP: Contracts = {
  1: ['0xbd3fa81b58ba92a82136038b25adec7066af3155', '0x0a992d191deec32afe36203ad87d7d289a738f81', ...CCTP_V2],
  10: [
    '0x2b4069517957735be00cee0fadae88a26365528f',
    '0x4d41f22c5a0e5c74090899e5a8fb597a8842b3e8',
    ...CCTP_V2,
  ],
  130: [
    '0x4e744b28e787c3ad0e810ed65a24461d4ac5a762',
    '0x353be9e2e38ab1d19104534e4edc21c643df86f4',
    ...CCTP_V2,
  ],
  137: [
    '0x9daf8c91aefae50b9c0e69629d3f6ca40ca3b3fe',
    '0xf3be9355363857f3e001be68856a2f96b4c39ba9',
    ...CCTP_V2,
  ],
  8453: [
    '0x1682ae6375c4e4a97e4b583bc394c861a46d8962',
    '0xad09780d193884d503182ad4588450c416d6f9d4',
    ...CCTP_V2,
  ],
  42161: [
    '0x19330d10d9cc8751218eaf51e8885d058642e08a',
    '0xc30362313fbba5cf9163f0bb16a0e01f01a896ca',
    ...CCTP_V2,
  ],
  43114: [
    '0x6b25532e1060ce10cc3b0a99e5683b91bfde6982',
    '0x8186359af5f57fbb40c6b14a588d2a59c0c29880',
    ...CCTP_V2,
  ],
  59144: CCTP_V2,
}

/** github.com/across-protocol/contracts `deployments/README.md`: spoke pools. */
const ACROSS: Contracts = {
  1: ['0x5c7bcd6e7de5423a257d81b442095a1a6ced35c5'],
  10: ['0x6f26bf09b1c792e3228e5467807a900a503c0281'],
  137: ['0x9295ee1d8c5b022be115a2ad3c30c72e34e7f096'],
  324: ['0xe0b015e54d54fc84a6cb9b666099c46ade9335ff'],
  480: ['0x09aea4b2242abc8bb4bb78d537a67a245a7bec64'],
  1135: ['0x9552a0a6624a23b848060ae5901659cdda1f83f8'],
  8453: ['0x09aea4b2242abc8bb4bb78d537a67a245a7bec64'],
  34443: ['0x3bad7ad0728f9917d1bf08af5782dcbd516cdd96'],
  42161: ['0xe35e9842fceaca96570b734083f4a58e8f7c5f2a'],
  57073: ['0xef684c38f94f48775959ecf2012d7e864ffb9dd4'],
  59144: ['0x7e63a5f1a8f0b4d0934b2f2327daed3f6bb2ee75'],
  81457: ['0x2d509190ed0172ba588407d4c2df918f955cc6e1'],
  534352: ['0x3bad7ad0728f9917d1bf08af5782dcbd516cdd96'],
}

/** wormhole.com/docs/products/reference/contract-addresses, "Core Contracts", and wormhole-sdk-ts `contracts/tokenBridge.ts`. */
const WORMHOLE_CORES: Contracts = {
  1: ['0x98f3c9e6e3face36baad05fe09d375ef1464288b'],
  10: ['0xee91c335eab126df5fdb3797ea9d6ad93aec9722'],
  56: ['0x98f3c9e6e3face36baad05fe09d375ef1464288b'],
  137: ['0x7a4b5a56256163f07b2c80a7ca55abe66c4ec4d7'],
  8453: ['0xbebdb6c8ddc678ffa9f8748f85c815c556dd8ac6'],
  42161: ['0xa5f208e072434bc67592e4c49c1b991ba79bca46'],
  43114: ['0x54a8e5f9c4cba08f9943965859f6c34eaf03e26c'],
}
export const WORMHOLE_TOKEN_BRIDGES: Contracts = {
  1: ['0x3ee18b2214aff97000d974cf647e7c347e8fa585'],
  10: ['0x1d68124e65fafc907325e3edbf8c4d84499daa8b'],
  56: ['0xb6f6d86a8f9879a9c87f643768d9efc38c1da6e7'],
  137: ['0x5a58505a96d1dbf8df91cb21b54419fc36e93fde'],
  8453: ['0x8d2de8d2f73f1f4cab472ac9a881c9b123c79627'],
  42161: ['0x0b2402144bb366a632d14b83f244d2e0e21bd39c'],
  43114: ['0x0e082f06ff657d94310cb8ce8b0d9a04541d8052'],
}

/** docs.layerzero.network, "Deployed contracts": EndpointV2, the same on these chains. */
const LAYER_ZERO_V2 = ['0x1a44076050125825900e736c501f859c50fe728c']
export const LAYER_ZERO_ENDPOINTS: Contracts = {
  1: LAYER_ZERO_V2,
  10: LAYER_ZERO_V2,
  56: LAYER_ZERO_V2,
  137: LAYER_ZERO_V2,
  8453: LAYER_ZERO_V2,
  42161: LAYER_ZERO_V2,
  43114: LAYER_ZERO_V2,
}

/** cbridge-docs.celer.network/reference/contract-addresses: the pool-based bridge first, then vaults, then pegged bridges. */
const CELER: Contracts = {
  1: [
    '0x5427fefa711eff984124bfbb1ab6fbf5e3da1820',
    '0xb37d31b2a74029b5951a2778f959282e2d518595',
    '0x7510792a3b1969f9307f3845ce88e39578f2bae1',
    '0x16365b45eb269b5b5dacb34b4a15399ec79b95eb',
    '0x52e4f244f380f8fa51816c8a10a63105dd4de084',
  ],
  10: [
    '0x9d39fc627a6d9d9f8c831c16995b209548cc3401',
    '0xbcfef6bb4597e724d720735d32a9249e0640aa11',
    '0x61f85ff2a2f4289be4bb9b72fc7010b3142b5f41',
  ],
  56: [
    '0xdd90e5e87a2081dcf0391920868ebc2ffb81a1af',
    '0x78bc5ee9f11d133a08b331c2e18fe81be0ed02dc',
    '0x11a0c9270d88c99e221360bca50c2f6fda44a980',
    '0xd443fe6bf23a4c9b78312391a30ff881a097580e',
    '0x26c76f7fef00e02a5dd4b5cc8a0f717eb61e1e4b',
  ],
  100: ['0x3795c36e7d12a8c252a20c5a7b455f7c57b60283', '0xd4c058380d268d85bc7c758072f561e8f2db5975'],
  137: [
    '0x88dcdc47d2f83a99cf0000fdf667a468bb958a78',
    '0xc1a2d967dfaa6a10f3461bc21864c23c1dd51eea',
    '0x4c882ec256823ee773b25b414d36f92ef58a7c0c',
    '0x4d58fdc7d0ee9b674f49a0ade11f26c3c9426f7a',
    '0xb51541df05de07be38dcfc4a80c05389a54502bb',
  ],
  250: [
    '0x374b8a9f3ec5eb2d97eca84ea27aca45aa1c57ef',
    '0x7d91603e79ea89149baf73c9038c51669d8f03e9',
    '0x38d1e20b0039bfbeef4096be00175227f8939e51',
    '0x30f7aa65d04d289ce319e88193a33a8eb1857fb9',
  ],
  42161: [
    '0x1619de6b6b20ed217a58d00f37b9d47c7663feca',
    '0xfe31bfc4f7c9b69246a6dc0087d91a91cb040f76',
    '0xea4b1b0aa3c110c55f650d28159ce4ad43a4a58b',
    '0xbdd2739ae69a054895be33a22b2d2ed71a1de778',
  ],
  43114: [
    '0xef3c714c9425a8f3697a9c969dc1af30ba82e5d4',
    '0x5427fefa711eff984124bfbb1ab6fbf5e3da1820',
    '0xb51541df05de07be38dcfc4a80c05389a54502bb',
    '0x88dcdc47d2f83a99cf0000fdf667a468bb958a78',
    '0xb774c6f82d1d5dbd36894762330809e512fed195',
  ],
}

/** github.com/hop-protocol/hop `packages/core/src/addresses/mainnet.ts`: ETH, DAI, USDC, USDT, MATIC, HOP and others, in that order. */
const HOP: Contracts = {
  1: [
    '0xb8901acb165ed027e32754e0ffe830802919727f',
    '0x3d4cc8a61c7528fd86c55cfe061a78dcba48edd1',
    '0x3666f603cc164936c1b87e207f36beba4ac5f18a',
    '0x3e4a3a4796d16c0cd582c382691998f7c06420b6',
    '0x22b1cbb8d98a01a3b71d034bb899775a76eb1cc2',
    '0x914f986a44acb623a277d6bd17368171fcbe4273',
    '0xf074540eb83c86211f305e145eb31743e228e57d',
    '0x87269b23e73305117d0404557badc459ced0dbec',
  ],
  10: [
    '0x83f6244bd87662118d96d9a6d44f09dfff14b30e',
    '0x7191061d5d4c60f598214cc6913502184baddf18',
    '0xa81d244a1814468c734e5b4101f7b9c0c577a8fc',
    '0x46ae9bab8cea96610807a275ebd36f8e916b5c61',
    '0x03d7f750777ec48d39d080b020d83eb2cb4e3547',
    '0xa0075e8ce43dcb9970cb7709b9526c1232cc39c2',
  ],
  100: [
    '0xd8926c12c0b2e5cd40cfda49ecaff40252af491b',
    '0x0460352b91d7cf42b0e1c1c30f06b602d9ef2238',
    '0x25d8039bb044dc227f741a9e381ca4ceae2e6ae8',
    '0xfd5a186a7e8453eb867a360526c5d987a00acac2',
    '0x7ac71c29fedf94bac5a5c9ab76e1dd12ea885ccc',
    '0x6f03052743cd99ce1b29265e377e320cd24eb632',
  ],
  137: [
    '0xb98454270065a31d71bf635f6f7ee6a518dfb849',
    '0xecf268be00308980b5b3fcd0975d47c4c8e1382a',
    '0x25d8039bb044dc227f741a9e381ca4ceae2e6ae8',
    '0x6c9a1acf73bd85463a46b0afc076fbdf602b690b',
    '0x553bc791d746767166fa3888432038193ceed5e2',
    '0x58c61aee5ed3d748a1467085ed2650b697a66234',
  ],
  8453: [
    '0x3666f603cc164936c1b87e207f36beba4ac5f18a',
    '0x46ae9bab8cea96610807a275ebd36f8e916b5c61',
    '0xe22d2bedb3eca35e6397e0c6d62857094aa26f52',
  ],
  42161: [
    '0x3749c4f034022c39ecaffaba182555d4508caccc',
    '0x7ac115536fe3a185100b2c4de4cb328bf3a58ba6',
    '0x0e0e3d2c5c292161999474247956ef542cabf8dd',
    '0x72209fe68386b37a40d6bca04f78356fd342491f',
    '0x25fb92e505f752f730cad0bd4fa17ece4a384266',
    '0xea5abf2c909169823d939de377ef2bf897a6ce98',
    '0xc315239cfb05f1e130e7e28e603cea4c014c57f0',
  ],
}

/** DefiLlama bridges-server `src/adapters/synapse`: FastBridge. */
const SYNAPSE_RFQ: Contracts = {
  1: ['0x1a54fa31cbcad8c1cbc3a47dcd00864eac9ac2b0'],
  10: ['0x1a54fa31cbcad8c1cbc3a47dcd00864eac9ac2b0'],
  42161: ['0x1a54fa31cbcad8c1cbc3a47dcd00864eac9ac2b0'],
}

const KNOWN: Readonly<Record<string, readonly Contracts[]>> = {
  thorchain: [THORCHAIN_ROUTERS, MAYA_ROUTERS],
  cctp: [CCTP],
  across: [ACROSS],
  wormhole: [WORMHOLE_CORES, WORMHOLE_TOKEN_BRIDGES],
  layerzero: [LAYER_ZERO_ENDPOINTS],
  celer: [CELER],
  hop: [HOP],
  'synapse-rfq': [SYNAPSE_RFQ],
}

/** Whether a contract of one of these tables. */
export function isAmong(tables: readonly Contracts[], contract: HolderId | null): boolean {
  if (contract === null) return false
  const reference = Number(chainOf(contract).slice('eip155:'.length))
  const address = addressOf(contract).toLowerCase()
  return tables.some((table) => table[reference]?.includes(address) ?? false)
}

/** Protocols whose contracts are told from a stranger's. */
export const PROTOCOLS: readonly string[] = Object.keys(KNOWN)

/** Whether one of the protocols names this contract as its own. */
export function isBridge(contract: HolderId | null): boolean {
  return isAmong(Object.values(KNOWN).flat(), contract)
}

/** Whether the protocol itself names this contract as its own. */
export function isKnownContract(protocol: string, contract: HolderId | null): boolean {
  return Object.hasOwn(KNOWN, protocol) && isAmong(KNOWN[protocol]!, contract)
}
