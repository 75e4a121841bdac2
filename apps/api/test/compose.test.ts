/** The container files agree with the code and with each other. Needs no Docker engine. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { envSchema, readEnv } from '../src/process/env.ts'

const root = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Service {
  image?: string
  build?: { context: string }
  cap_drop?: string[]
  command?: string[]
  depends_on?: Record<string, { condition: string }>
  environment?: Record<string, string>
  healthcheck?: { test?: string[] }
  ports?: string[]
  profiles?: string[]
  read_only?: boolean
  security_opt?: string[]
  volumes?: string[]
}

const composeText = read('docker-compose.yml')
const { services } = parse(composeText, { merge: true }) as { services: Record<string, Service> }
const { redis, postgres, seed, api, worker, k6, prometheus, grafana } = services as Record<
  'redis' | 'postgres' | 'seed' | 'api' | 'worker' | 'k6' | 'prometheus' | 'grafana',
  Service
>
const dockerfile = read('Dockerfile')
const exampleText = read('.env.example')
const example = parseEnv(exampleText) as Record<string, string>

const DATABASE_URL = 'postgres://posts@127.0.0.1:5432/posts'
const defaults = readEnv({ DATABASE_URL })
const contract = Object.keys(envSchema.shape)

/** Interpolates `text` as compose does when no variable is set. */
const interpolated = (text: string) => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')

/** Every `${NAME…}`, including those in comments. */
const references = [...composeText.matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name, rest]) => ({
  name: name!,
  fallback: rest!,
}))

/** The environment of the API's containers: the image's variables, then the service's. */
function environmentOf(service: Service): Record<string, string> {
  const image = [...dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')).matchAll(/^ENV (.+)$/gm)]
    .flatMap(([, line]) => line!.split(' '))
    .map((pair) => pair.split('=') as [string, string])
  const own = Object.entries(service.environment!).map(([name, text]) => [name, interpolated(text)] as const)
  return Object.fromEntries([...image, ...own])
}

describe('.env.example', () => {
  it('lists every variable of the API with its default', () => {
    expect(contract.filter((name) => !(name in example))).toEqual([])
    expect(readEnv({ ...example, DATABASE_URL })).toEqual(defaults)
    // An empty value means the default, so only variables without a default may be empty.
    const empty = contract.filter((name) => example[name] === '')
    expect(empty).toEqual(contract.filter((name) => name === 'DATABASE_URL' || !(name in defaults)))
  })

  it('lists only variables that the API or compose reads', () => {
    const known = new Set([...contract, ...references.map(({ name }) => name)])
    expect(Object.keys(example).filter((name) => !known.has(name))).toEqual([])
  })

  it('explains each variable and its default', () => {
    const explained = exampleText
      .split(/\n\n+/)
      .filter((block) => /^# (?:.|\n)*\bDefault\b(?:.|\n)*\n[A-Z_0-9]+=.*\n?$/.test(block))
    expect(explained.map((block) => /^([A-Z_0-9]+)=/m.exec(block)![1]).sort()).toEqual(Object.keys(example).sort())
  })
})

describe('docker-compose.yml', () => {
  it('passes dclint', async () => {
    const dclint = join(root, 'node_modules/dclint/bin/dclint.cjs')
    const args = [dclint, '--max-warnings=0', 'docker-compose.yml']
    // dclint reports on stdout, and the message of an error from `execFile` does not contain stdout.
    const failed = await promisify(execFile)(process.execPath, args, { cwd: root }).then(
      () => '',
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    )
    expect(failed).toBe('')
  })

  it('has the defaults of .env.example', () => {
    for (const { name, fallback } of references) {
      expect(example, `\${${name}} is not in .env.example`).toHaveProperty(name)
      // Except the token: without one, tuning would be impossible from outside the container.
      const otherwise = name === 'ADMIN_TOKEN' ? 'compose-only' : example[name]
      expect({ name, fallback }).toEqual({ name, fallback: `:-${otherwise}` })
    }
    const empty = references.filter(({ name }) => example[name] === '').map(({ name }) => name)
    expect(new Set(empty)).toEqual(new Set(['ADMIN_TOKEN', 'WORKER_STRATEGIES']))
  })

  it.each(['api', 'seed', 'worker'])('gives %s a valid environment with the defaults of the contract', (name) => {
    expect(readEnv(environmentOf(services[name]!))).toEqual({
      ...defaults,
      HOST: '0.0.0.0',
      REDIS_URL: 'redis://redis:6379',
      MEMCACHED_URL: 'memcached://memcached:11211',
      DATABASE_URL: 'postgres://posts:posts@postgres:5432/posts',
      ADMIN_TOKEN: 'compose-only',
    })
  })

  it('passes on every variable of the contract except those fixed inside the container', () => {
    // The image is built without the peers.
    const fixed = ['HOST', 'PORT', 'PEERS', 'REDIS_IS_PRIVATE']
    expect(Object.keys(api.environment!).sort()).toEqual(contract.filter((name) => !fixed.includes(name)).sort())
    const passedOn = Object.entries(api.environment!).filter(([name, text]) => text.startsWith(`\${${name}:-`))
    const own = ['REDIS_URL', 'MEMCACHED_URL', 'DATABASE_URL']
    expect(passedOn.map(([name]) => name).sort()).toEqual(
      contract.filter((name) => !fixed.includes(name) && !own.includes(name)).sort(),
    )
  })

  it('points at its own servers, with their port, user and database', () => {
    const { REDIS_URL, MEMCACHED_URL, DATABASE_URL } = environmentOf(api)
    expect(Object.keys(services)).toContain(new URL(MEMCACHED_URL!).hostname)
    expect(Object.keys(services)).toContain(new URL(REDIS_URL!).hostname)
    expect(redis.ports![0]).toMatch(new RegExp(`:${new URL(REDIS_URL!).port}$`))
    const { hostname, port, username, password, pathname } = new URL(DATABASE_URL!)
    expect(Object.keys(services)).toContain(hostname)
    expect(postgres.ports![0]).toMatch(new RegExp(`:${port}$`))
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = environmentOf(postgres)
    expect([username, password, pathname]).toEqual([POSTGRES_USER, POSTGRES_PASSWORD, `/${POSTGRES_DB}`])
  })

  it("publishes the API's own port, and every port on loopback only", () => {
    expect(api.ports!.map(interpolated)).toEqual([`127.0.0.1:${defaults.PORT}:${defaults.PORT}`])
    const all = Object.values(services).flatMap(({ ports = [] }) => ports)
    expect(all.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
    expect(new Set(all.map(interpolated)).size).toBe(all.length)
  })

  it('pins its images', () => {
    const images = Object.values(services).flatMap(({ image }) => (image ? [interpolated(image)] : []))
    expect(images.filter((image) => !/^[\w/]+:v?\d+(\.\d+){1,2}(-[a-z]+)?$/.test(image))).toEqual([])
    expect(images).toHaveLength(6)
  })

  it('starts the API after its servers and the posts, and k6 after the API', () => {
    expect(seed.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
    expect(api.depends_on).toEqual({
      redis: { condition: 'service_healthy' },
      seed: { condition: 'service_completed_successfully' },
    })
    expect(k6.depends_on).toEqual({ api: { condition: 'service_healthy' } })
    expect([redis, postgres, api].map(({ healthcheck }) => healthcheck?.test?.length)).not.toContain(undefined)
    expect(api.healthcheck!.test!.join(' ')).toContain(`http://127.0.0.1:${defaults.PORT}/readyz`)
    const startedByUp = Object.entries(services).filter(([, { profiles }]) => profiles === undefined)
    expect(startedByUp.map(([name]) => name)).toEqual(['redis', 'postgres', 'seed', 'api', 'worker'])
    expect(worker.depends_on).toEqual(api.depends_on)
  })
})

describe('the k6 service', () => {
  const mounts = k6.volumes!.map((volume) => {
    const [host, inside, mode] = volume.split(':') as [string, string, string?]
    return { host: join('.', host), inside, mode }
  })

  it('mounts existing folders under the same paths as in the repository, and writes only to results', () => {
    for (const { host, inside } of mounts) {
      expect(existsSync(join(root, host)), host).toBe(true)
      expect(inside).toBe(`/repo/${host}`)
    }
    expect(mounts.filter(({ mode }) => mode !== 'ro').map(({ host }) => host)).toEqual(['results'])
    expect(existsSync(join(root, k6.command!.at(-1)!))).toBe(true)
  })

  it('mounts all direct and indirect imports of the scripts', () => {
    const scripts = readdirSync(join(root, 'loadtests')).filter((name) => /^[^.]+\.(js|ts)$/.test(name))
    const seen = new Set<string>()
    const follow = (file: string) => {
      if (seen.has(file)) return
      seen.add(file)
      const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export|\}) .*?from '(\.[^']+)'/gm)
      for (const [, path] of imports) follow(join(dirname(file), path!))
    }
    for (const name of scripts) follow(join(root, 'loadtests', name))
    const imported = [...seen].map((file) => relative(root, file))
    expect(imported).toContain('packages/workload/src/index.ts')
    expect(imported.filter((file) => !mounts.some(({ host }) => file.startsWith(`${host}/`)))).toEqual([])
  })

  it("uses the API's address and token, and the number of loaded posts", () => {
    const environment = environmentOf(k6)
    expect(environment.BASE_URL).toBe(`http://api:${defaults.PORT}`)
    expect(environment.ADMIN_TOKEN).toBe(environmentOf(api).ADMIN_TOKEN)
    expect(environment.POSTS).toBe(String(defaults.SEED_POSTS))
  })
})

describe('the services for observability', () => {
  const yaml = (path: string) => parse(read(`observability/${path}`))
  /** The file in the repository that a service sees at `path`. */
  const mounted = (service: Service, path: string) => {
    const volume = service.volumes!.find((each) => each.split(':')[1] === path)
    expect(volume, path).toMatch(/:ro$/)
    return volume!.split(':')[0]!
  }
  const option = (name: string) => prometheus.command!.find((each) => each.startsWith(`--${name}=`))!.split('=')[1]!

  it('run only on request, and as restricted as the API', () => {
    const limits = ({ read_only, cap_drop, security_opt }: Service) => ({ read_only, cap_drop, security_opt })
    expect(limits(api)).toEqual({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    for (const service of [prometheus, grafana]) {
      expect(limits(service)).toEqual(limits(api))
      expect(service.profiles).toEqual(['observability'])
    }
  })

  it('scrape the API by its name and port, with the alerts', () => {
    const file = option('config.file')
    expect(mounted(prometheus, file)).toBe('./observability/prometheus.yml')
    const { scrape_configs, rule_files } = yaml('prometheus.yml')
    expect(scrape_configs[0].static_configs[0].targets).toEqual([`api:${defaults.PORT}`])
    expect(rule_files.map((path: string) => mounted(prometheus, join(dirname(file), path)))).toEqual([
      './observability/alerts.yml',
    ])
    expect(prometheus.volumes).toContain(`prometheus-data:${option('storage.tsdb.path')}`)
  })

  it('show the dashboard from the repository, over Prometheus, and accept no login', () => {
    const [source] = yaml('grafana/datasource.yml').datasources
    expect(source.url).toBe(`http://prometheus:${prometheus.ports![0]!.split(':').at(-1)}`)
    expect(source.jsonData.timeInterval).toBe(yaml('prometheus.yml').global.scrape_interval)
    const home = grafana.environment!.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH!
    expect(yaml('grafana/dashboards.yml').providers[0].options.path).toBe(dirname(home))
    const dashboard = mounted(grafana, home)
    const used = [...read(dashboard).matchAll(/"datasource": \{ "type": "(\w+)", "uid": "(\w+)" \}/g)]
    expect(new Set(used.map(([, type, uid]) => `${type} ${uid}`))).toEqual(new Set([`${source.type} ${source.uid}`]))
    for (const [kind, file] of [
      ['datasources', 'datasource.yml'],
      ['dashboards', 'dashboards.yml'],
    ]) {
      expect(mounted(grafana, `/etc/grafana/provisioning/${kind}/${file}`)).toBe(`./observability/grafana/${file}`)
    }
    expect(grafana.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_AUTH_BASIC_ENABLED: 'false',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    })
  })
})

describe('Dockerfile', () => {
  it("has the workspace's Node and pnpm", () => {
    const { catalog } = parse(read('pnpm-workspace.yaml')) as { catalog: Record<string, string> }
    expect(/^ARG NODE_VERSION=(.+)$/m.exec(dockerfile)![1]).toBe(catalog.node)
    const { packageManager } = JSON.parse(read('package.json')) as { packageManager: string }
    const major = /pnpm@(\d+)/.exec(packageManager)![1]
    expect(dockerfile).toContain(`npm install --global pnpm@${major}\n`)
  })

  it('runs as the user node on the documented port, and node receives the signals', () => {
    const runtime = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
    expect(runtime).toContain('\nUSER node\n')
    expect(runtime).toContain(`\nEXPOSE ${defaults.PORT}\n`)
    expect(runtime).toMatch(/^CMD \["node", "dist\/main\.js"\]$/m)
    expect(runtime).toContain('ENV NODE_ENV=production ')
  })

  it('builds every file that it or compose runs', () => {
    const run = [...`${dockerfile}${composeText}`.matchAll(/"dist\/(\w+)\.js"/g)].map(([, name]) => `src/${name}.ts`)
    const built = [...read('apps/api/tsup.config.ts').matchAll(/'(src\/\w+\.ts)'/g)].map(([, path]) => path)
    expect(built).toEqual(run)
    expect(built.filter((path) => !existsSync(join(root, 'apps/api', path!)))).toEqual([])
  })

  it('keeps secrets, and files installed or built outside, out of the image', () => {
    const ignored = read('.dockerignore').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['.env', '**/node_modules', '**/dist', '.git']))
  })
})
