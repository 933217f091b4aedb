import { kafka } from './kafka.ts'
import { mariadb } from './mariadb.ts'
import { mosquitto } from './mosquitto.ts'
import { redis } from './redis.ts'
import type { Service } from './service.ts'
import { smtp } from './smtp.ts'

/** The backing services, in the order they are stopped in last to first. */
export const services: readonly Service[] = [redis, mariadb, kafka, mosquitto, smtp]
