// The address of several processes of each role: node main.ts <host> <port> <ports of connectors> <ports of gateways>
import { createFront } from './front.ts'

const [host, port, ingest, rest] = process.argv.slice(2)
const ports = (text: string) => text.split(',').map(Number)

createFront({ ingest: ports(ingest), rest: ports(rest) }).listen(Number(port), host)
process.on('SIGTERM', () => process.exit(0))
