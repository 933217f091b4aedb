/** One message that the broker waits to see acknowledged. */
export interface Ticket {
  readonly messageId: number
  readonly bytes: number
  state: 'waiting' | 'done' | 'dropped'
}

/** Acknowledgements that are held back, and leave in the order in which their messages came. */
export interface AckQueue {
  /** Messages held now. */
  readonly count: number
  /** Bytes of their payloads. */
  readonly bytes: number
  hold(messageId: number, bytes: number): Ticket
  /** This message may be acknowledged: sends what has become the head of the queue. */
  release(ticket: Ticket): void
  /** The connection is gone, and with it the right to acknowledge: the broker sends these messages again. */
  drop(): void
}

/** MQTT 5 wants PUBACKs in the order of the PUBLISHes [MQTT-4.6.0-2], whatever order the work is done in. */
export function createAckQueue(send: (messageId: number) => void): AckQueue {
  let tickets: Ticket[] = []
  let head = 0
  let bytes = 0
  return {
    get count() {
      return tickets.length - head
    },
    get bytes() {
      return bytes
    },
    hold(messageId, size) {
      const ticket: Ticket = { messageId, bytes: size, state: 'waiting' }
      tickets.push(ticket)
      bytes += size
      return ticket
    },
    release(ticket) {
      if (ticket.state !== 'waiting') return
      ticket.state = 'done'
      while (head < tickets.length && tickets[head].state === 'done') {
        const { messageId, bytes: size } = tickets[head++]
        bytes -= size
        send(messageId)
      }
      if (head === tickets.length) {
        tickets = []
        head = 0
      } else if (head > 1_024 && head * 2 > tickets.length) {
        tickets = tickets.slice(head)
        head = 0
      }
    },
    drop() {
      for (const ticket of tickets) ticket.state = 'dropped'
      tickets = []
      head = 0
      bytes = 0
    },
  }
}
