-- MODELO DE DADOS (P = KEYS[1], por exemplo pyloto:{03}; todas as chaves de uma partição ficam num slot)
--   P:stream:<etapa>       stream  tokens: l faixa, c conversa, n turno, e eventos JSON, s estado JSON, m modo,
--                                  p carga da etapa anterior, f falhas, z adiamentos, h falhas passadas (JSON),
--                                  v versão do formato de quem o escreveu; grupo "workers"
--   P:dead:<etapa>         stream  mortos, com o token inteiro e a causa; edits emendas (JSON), original eventos antes
--                                  delas
--   P:out:<fila>           stream  o que outros sistemas leem: id, v formato da entrada, body documento JSON
--   P:conv:<faixa>:<conv>  hash    g turno em curso (ausente = portão aberto), n último turno, s estado, m modo,
--                                  k último commit "<etapa>|<entrada>|<consumidor>", t onde está o token:
--                                  "<etapa>|<entrada>" ou "parked" (só vale com g), q último
--                                  pedido de ver um morto (só na faixa de auditoria), w id externo do último envio,
--                                  x quem a esquece agora (ver forget.lua): o portão fica fechado, e nada do que é velho
--                                  passa por ele
--   P:inbox:<faixa>:<conv> list    eventos que esperam o portão abrir
--   P:timers               zset    "faixa|conv|nome" -> vencimento em ms de um evento futuro
--   P:parked               zset    "faixa|conv" -> vencimento em ms de um token estacionado (repetição, adiamento)
--                                  P:timers:body e P:parked:body: hash membro -> corpo (msgpack)
--   P:workers:<etapa>      hash    trabalhador -> "<até quando conta como vivo>|<desde quando>|<estado>|<versão>"
--   P:seen:<balde>         string  nível do balde de tempo; cada nível tem o triplo de gavetas (ver accept.lua)
--   P:seen:<balde>:<nível>:<gaveta> hash  resumos de 12 bytes já aceitos (hashes pequenos: codificação compacta)
--   P:send:<reply_id>      hash    livro de envios: st sending|retry|sent|failed, a tentativa, at instante,
--                                  w id externo, c conversa, q última pergunta que recebeu "vai"
--   P:void:<sha1>          string  um reply_id ou id externo de conversa esquecida: o que se souber dele não é de ninguém
--   P:alias:<nome>         string  de quem é o nome: "<chave>", "<chave>|<quem o deixou>" ou "|<quem o deixou>" (sem dono);
--                                  ver aliases.py
--   P:pace:<o quê>         hash    ritmo de number:<resumo> ou pair:<conv>: t até quando o ritmo está tomado, u ninguém
--                                  antes, f parte do ritmo na última recusa, a instante dela, e época das vezes dadas,
--                                  x recusas seguidas, c "<segundo>|<entradas contadas>", q última pergunta, r resposta,
--                                  g até quando o que já saiu toma o ritmo, l instante da última pergunta
--   P:fence                string  gravada com o que espera confirmação de disco ou réplica (ver route.py)
-- Toda chamada traz ARGV[1] = agora em ms (0: relógio do servidor) e, de ARGV[2] em diante, o cabeçalho (se o script tem
-- um) e as operações, em msgpack (de várias partições: crossing.lua); a resposta tem um item por operação.
local P = KEYS[1] -- `move_to` a troca, e com ela o que se deriva dela uma só vez
local GROUP = 'workers'
local MAX_TURN_EVENTS = 100
local LAST_OF_TURN = tostring(MAX_TURN_EVENTS - 1) -- em texto: um número, o servidor o escreve por extenso
local TOKEN_VERSION = '1' -- a mesma de lease.py: quem lê um formato mais novo deixa o token para quem o conhece
local CONV_TTL_MS = '7776000000' -- 90 dias sem atividade

local now = tonumber(ARGV[1])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end

local function int(value) return string.format('%.0f', value) end
local function stream(stage) return P .. ':stream:' .. stage end
local function conv_key(lane, conv) return P .. ':conv:' .. lane .. ':' .. conv end
local function inbox_key(lane, conv) return P .. ':inbox:' .. lane .. ':' .. conv end

-- Campos de uma entrada ({nome, valor, ...}) como tabela.
local function fields(flat)
  local found = {}
  for f = 1, #flat, 2 do found[flat[f]] = flat[f + 1] end
  return found
end

-- Põe um token na fila de uma etapa, campo por campo, e anota na conversa onde ele está.
local function append(stage, flat)
  local id = redis.call('XADD', stream(stage), '*', unpack(flat))
  local token = fields(flat)
  if token.l and token.c then redis.call('HSET', conv_key(token.l, token.c), 't', stage .. '|' .. id) end
end

-- Põe um token novo na fila de uma etapa; quem chama anota na conversa o id, que é a resposta. n: texto
local function queue_token(stage, lane, conv, n, events, state, mode, payload)
  return redis.call('XADD', stream(stage), '*', 'l', lane, 'c', conv, 'n', n, 'e', events, 's', state, 'm', mode,
    'p', payload, 'f', '0', 'z', '0', 'h', '', 'v', TOKEN_VERSION)
end

-- Fecha o portão e põe um token novo na primeira etapa. O número do turno nunca se repete, nem depois que o
-- registro da conversa expira: por isso é no mínimo o relógio.
local function start_turn(lane, stage, conv, events)
  local key = conv_key(lane, conv)
  local c = redis.call('HMGET', key, 'n', 's', 'm')
  local n = int(math.max(tonumber(c[1] or 0) + 1, now))
  local id = queue_token(stage, lane, conv, n, events, c[2] or '', c[3] or '', '')
  redis.call('HSET', key, 'g', n, 'n', n, 't', stage .. '|' .. id) -- depois: portão fechado sem token pararia a conversa
  redis.call('PERSIST', key)
end

-- Eventos chegam juntos à faixa: viram um token se o portão está aberto, senão esperam na caixa de entrada.
local function enter_all(lane, stage, conv, events)
  if redis.call('HEXISTS', conv_key(lane, conv), 'g') == 1 then
    redis.call('RPUSH', inbox_key(lane, conv), unpack(events))
  else
    start_turn(lane, stage, conv, '[' .. table.concat(events, ',') .. ']')
  end
end

local function enter(lane, stage, conv, event) enter_all(lane, stage, conv, { event }) end

-- Fim do turno: o que esperou vira o próximo turno, inteiro; sem nada à espera, o portão abre.
local function advance(lane, stage, conv)
  local inbox = inbox_key(lane, conv)
  local waiting = redis.call('LRANGE', inbox, '0', LAST_OF_TURN)
  if #waiting == 0 then
    local key = conv_key(lane, conv)
    redis.call('HDEL', key, 'g', 't')
    redis.call('PEXPIRE', key, CONV_TTL_MS)
  else
    start_turn(lane, stage, conv, '[' .. table.concat(waiting, ',') .. ']')
    redis.call('LTRIM', inbox, MAX_TURN_EVENTS, -1)
  end
end

-- O primeiro que confirma a entrada leva; os demais são descartados por inteiro. Quem aplica um plano pergunta
-- primeiro e confirma por último: um erro no meio deixa a entrada pendente, e não um turno perdido.
local function is_pending(stage, id)
  return #redis.call('XPENDING', stream(stage), GROUP, id, id, 1) == 1
end

local function settle_entry(stage, id)
  redis.call('XACK', stream(stage), GROUP, id)
  redis.call('XDEL', stream(stage), id)
end

-- A entrada está pendente para este consumidor?
local function is_mine(stage, id, consumer)
  return #redis.call('XPENDING', stream(stage), GROUP, id, id, 1, consumer) == 1
end

local TIMERS, PARKED = P .. ':timers', P .. ':parked'

-- De que partição é o que segue.
local function move_to(base) P, TIMERS, PARKED = base, base .. ':timers', base .. ':parked' end

local function set_timer(set, member, due, body)
  redis.call('ZADD', set, int(due), member)
  redis.call('HSET', set .. ':body', member, cmsgpack.pack(body))
end

-- Corpo guardado em msgpack; nada, se não se deixa ler.
local function unpacked(packed)
  local read, body = pcall(cmsgpack.unpack, packed)
  return read and type(body) == 'table' and body or nil
end

local function take_timer(set, member)
  local packed = redis.call('HGET', set .. ':body', member)
  redis.call('ZREM', set, member)
  redis.call('HDEL', set .. ':body', member)
  return packed and unpacked(packed)
end

-- A conversa está sendo esquecida? O que fala dela e já existia não conta mais.
local function forgetting(lane, conv) return redis.call('HEXISTS', conv_key(lane, conv), 'x') == 1 end

-- O morto op.i da etapa op.d; nada, se não está lá ou a conversa dele está sendo esquecida.
local function letter(op)
  local row = redis.call('XRANGE', P .. ':dead:' .. op.d, op.i, op.i)[1]
  if not row then return nil end
  local dead = fields(row[2])
  return not (dead.l and dead.c and forgetting(dead.l, dead.c)) and row or nil
end

local function void_key(id) return P .. ':void:' .. redis.sha1hex(id) end

-- Fim do esquecimento, ou da paciência com quem esquecia: entra o que chegou depois dele; sem nada, nem o nome fica.
-- Um número que o relógio ainda não passou fica até lá, sozinho: o próximo turno tem de ser maior.
local function let_in(lane, stage, conv)
  local key = conv_key(lane, conv)
  redis.call('HDEL', key, 'x')
  if redis.call('EXISTS', inbox_key(lane, conv)) == 1 then return advance(lane, stage, conv) end
  local n = tonumber(redis.call('HGET', key, 'n') or 0)
  redis.call('HDEL', key, 'g', 't')
  if redis.call('HEXISTS', key, 'm') == 1 then -- um operador o pôs depois: é da conversa nova
    redis.call('PEXPIRE', key, CONV_TTL_MS)
  elseif n < now then
    redis.call('DEL', key)
  else
    redis.call('PEXPIREAT', key, int(n + 1))
  end
end

-- Uma operação e os seus valores em bytes, que começam em ARGV[at]: o campo "_" diz quais são {nome, quantos}
-- (0: um só, não lista). Responde a operação completa e onde começa a próxima.
local function with_blobs(op, at)
  for _, blob in ipairs(op._ or {}) do
    if blob[2] == 0 then
      op[blob[1]] = ARGV[at]
      at = at + 1
    else
      local many = {}
      for n = 1, blob[2] do many[n] = ARGV[at + n - 1] end
      op[blob[1]] = many
      at = at + blob[2]
    end
  end
  return op, at
end

-- As operações da chamada, cada uma em msgpack e seguida dos seus valores em bytes.
local function ops()
  local list, at = {}, 2
  while at <= #ARGV do
    list[#list + 1], at = with_blobs(cmsgpack.unpack(ARGV[at]), at + 1)
  end
  return list
end
