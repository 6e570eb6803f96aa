// NestJS, without a compiler: its decorators are functions.
// oxlint-disable-next-line no-unassigned-import -- it adds to the global Reflect what Nest's decorators need
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class Home {
  say() {
    return 'the application';
  }
}
Get()(Home.prototype, 'say', Object.getOwnPropertyDescriptor(Home.prototype, 'say'));
Controller()(Home);

// oxlint-disable-next-line no-extraneous-class -- a module of Nest is a class with a decorator
class App {}
Module({ controllers: [Home] })(App);

export async function start(dashboard) {
  const app = await NestFactory.create(App, { logger: false });
  app.use('/jobs', dashboard.node);
  await app.listen(0, '127.0.0.1');
  return { port: app.getHttpServer().address().port, close: () => app.close() };
}
