import { afterEach } from 'vitest';
import type { DashboardOptions } from '../options.ts';
import { Board } from './board.ts';

/** Gives the function that opens a dashboard of its own for a test; all are closed after it. */
export function useBoards(redis: string): (options?: Partial<DashboardOptions>) => Board {
  const boards: Board[] = [];
  afterEach(async () => {
    await Promise.all(boards.splice(0).map((board) => board.close()));
  });
  return (options) => {
    const board = new Board(redis, options);
    boards.push(board);
    return board;
  };
}
