import { t } from '../i18n.ts';
import { to } from '../router.ts';
import type { Job } from '../types.ts';
import type { Place } from './graph-layout.ts';
import { layout } from './graph-layout.ts';

const [WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN] = [168, 44, 56, 14, 6] as const;
const MOST_CHARACTERS = 20;
const BEND = GAP_X / 2;

const xOf = (column: number): number => MARGIN + column * (WIDTH + GAP_X);
const yOf = (row: number): number => MARGIN + row * (HEIGHT + GAP_Y);

function short(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

/** A job as it is drawn; of one that retention has removed only its id is known. */
export type GraphJob = Pick<Job, 'id' | 'name' | 'parents'> & {
  readonly displayName?: string;
  readonly state: Job['state'] | 'gone';
};

/** A drawing of which jobs wait for which, from left to right, each with the colour and the word of its state. */
export function Graph({ jobs }: { jobs: readonly GraphJob[] }) {
  const places = layout(jobs);
  const ends = [...places.values()];
  const width = xOf(Math.max(...ends.map(({ column }) => column))) + WIDTH + MARGIN;
  const height = yOf(Math.max(...ends.map(({ row }) => row))) + HEIGHT + MARGIN;
  return (
    // It can be scrolled by keys.
    <div class="scroll" tabIndex={0} role="group" aria-label={t('workflow')}>
      <svg class="graph" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {ends.map((end) => (
          <Lines key={`${end.column} ${end.row}`} end={end} places={places} />
        ))}
        {jobs.map((job) => (
          <Node key={job.id} job={job} places={places} />
        ))}
      </svg>
    </div>
  );
}

type Places = ReadonlyMap<string, Place>;

function Lines({ end, places }: { readonly end: Place; readonly places: Places }) {
  return (
    <>
      {end.from.map((id) => {
        const start = places.get(id);
        if (start === undefined) return null;
        const [x1, y1] = [xOf(start.column) + WIDTH, yOf(start.row) + HEIGHT / 2];
        const [x2, y2] = [xOf(end.column), yOf(end.row) + HEIGHT / 2];
        // Where it only goes by, it goes on to the other side.
        const x3 = end.isLane ? x2 + WIDTH : x2;
        return <path key={id} d={`M${x1} ${y1}C${x1 + BEND} ${y1} ${x2 - BEND} ${y2} ${x2} ${y2}H${x3}`} />;
      })}
    </>
  );
}

function Node({ job, places }: { readonly job: GraphJob; readonly places: Places }) {
  const place = places.get(job.id);
  if (place === undefined) return null;
  const [x, y] = [xOf(place.column), yOf(place.row)];
  const name = job.displayName ?? job.name;
  return (
    <a class={job.state} href={to(['jobs', job.id])}>
      <title>{name}</title>
      <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx="8" />
      <text x={x + 12} y={y + 19}>
        {short(name)}
      </text>
      <text class="state" x={x + 12} y={y + 35}>
        {t(job.state)}
      </text>
    </a>
  );
}
