import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlertNews } from './alert-news.ts'
import { transition } from './alert-samples.ts'

test('one alert is told by its name, several by their number', () => {
  const news = new AlertNews()
  assert.equal(news.tell(0), undefined)
  news.note(transition('1@1 P>F web-1'))
  assert.equal(news.tell(0), 'CPU hot is firing on web-1')
  news.note(transition('2@2 F>O web-1'))
  news.note(transition('3@3 O>F web-2'))
  news.note(transition('4@4 O>F web-3'))
  assert.equal(news.tell(3000), 'Alerts: 1 resolved, 2 firing')
})

test('what is pending or calms down is no news', () => {
  const news = new AlertNews()
  news.note(transition('1@1 O>P'))
  news.note(transition('2@2 P>O'))
  assert.equal(news.tell(0), undefined)
})

test('alerts that flap are told of every three seconds', () => {
  const news = new AlertNews()
  news.note(transition('1@1 P>F'))
  news.tell(0)
  news.note(transition('2@2 F>O'))
  assert.equal(news.tell(2999), undefined)
  assert.equal(news.tell(3000), 'CPU hot is resolved on web-1')
})

test('who breaches again after a silence is told to be neither resolved nor firing, until it is one of them', () => {
  const news = new AlertNews()
  news.note(transition('1@1 F>N'))
  assert.equal(news.tell(0), 'CPU hot is without data on web-1')
  news.note(transition('2@2 N>P'))
  assert.equal(news.tell(3000), undefined)
  news.note(transition('3@3 P>O web-2'))
  assert.equal(news.tell(3000), undefined)
  news.note(transition('4@4 P>O'))
  assert.equal(news.tell(3000), 'CPU hot is resolved on web-1')
})
