import { parseHTML } from 'linkedom'

/** Charts are drawn into this document where there is no browser. */
export const nodeDocument: Document = parseHTML('<!doctype html><html><body></body></html>').document
