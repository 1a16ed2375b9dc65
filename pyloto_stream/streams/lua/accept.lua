#!lua
-- accept: deduplica e enfileira, ou nenhum dos dois. Repetir a chamada não muda nada ("duplicado" também é aceito).
-- Sem allow-oom: com a memória cheia a entrada é recusada e o que está em curso escoa. Os nomes de quem se supôs podem
-- ficar gravados sem que o evento entre: são os que ficariam de qualquer modo.
-- op: um evento, por posição, e depois o resumo e o corpo: {faixa, etapa, conversa, x nomes de temporizadores que o
--     evento novo desarma, modo que ele põe em vigor ou '', id externo ou '': se é o do último envio da conversa, o
--     evento é eco nosso, P, N}
--   | por nome: k 'd' ilegível | 's' confirmação de envio | 'r' aceitaria? | 'q' novo?; d resumo; p P; ver cada ramo
--     P: início das chaves da op, se um servidor tem todas as partições; ausente, o da chamada
--     N: a chave inteira de cada nome da pessoa, se se supôs que a conversa é a dela; ausente, sabe-se
-- resposta por op: 1 novo, 0 duplicado, eco, ou de um envio esquecido, 2 confirmação de um envio que não está no livro
--                  (nada foi gravado), 3 a conversa dessa pessoa é outra (só os nomes dela se gravaram), -1 recusado: há
--                  tokens demais à espera (só o que é novo; confirmações entram sempre, porque sem elas o que está em
--                  dúvida seria enviado de novo); ou o erro que a impediu
local head = cmsgpack.unpack(ARGV[2]) -- { bucket_ms, buckets, ttl_ms, alias_ttl_ms, limit, stages }

-- Ids lembrados: um balde de tempo cresce em níveis, de 64 * 3^nível gavetas (hashes pequenos). Grava-se só no nível
-- atual; quando uma gaveta enche, o balde sobe um nível. Assim nenhuma passa de FULL campos, e todas ficam na
-- codificação compacta (o servidor a garante até 128), com poucos ids ou com dezenas de milhões.
local FULL, FIRST_SLOTS, GROWTH = 120, 64, 3
local bucket = math.floor(now / head.bucket_ms)
local forgotten_at = int((bucket + 1) * head.bucket_ms + head.ttl_ms)

-- Um balde adiante também: o relógio pode recuar (outro servidor assume). O atual é o último.
local buckets = {}
for b = bucket - head.buckets, bucket + 1 do
  if b ~= bucket then buckets[#buckets + 1] = ':seen:' .. int(b) end
end
buckets[#buckets + 1] = ':seen:' .. int(bucket)

-- O que a chamada sabe de cada partição em que toca, lido uma vez: backlog, tokens à espera; now_key, o balde atual;
-- level, o nível dele (nil: nada se gravou nele ainda); e onde um id pode estar, camada a camada (a última é onde se
-- grava): starts, início da chave, e slots, gavetas.
local rooms, room = {}, nil

local function add_layer(found, key, k)
  local n = #found.slots + 1
  found.starts[n], found.slots[n] = key .. ':' .. k .. ':', FIRST_SLOTS * GROWTH ^ k
end

local function read_room()
  local found = { backlog = redis.call('ZCARD', PARKED), starts = {}, slots = {} }
  for _, stage in ipairs(head.stages) do found.backlog = found.backlog + redis.call('XLEN', stream(stage)) end
  local keys = {}
  for n, name in ipairs(buckets) do keys[n] = P .. name end
  found.now_key = keys[#keys]
  for n, level in ipairs(redis.call('MGET', unpack(keys))) do
    found.level = tonumber(level)
    for k = 0, found.level or -1 do add_layer(found, keys[n], k) end
  end
  return found
end

-- Daqui em diante tudo é da partição de início `base`; de um erro no meio não fica nada que valha para outra op.
local function switch_to(base)
  if room and base == P then return end
  move_to(base)
  room = rooms[base]
  if not room then
    room = read_room()
    rooms[base] = room
  end
end

local function rise()
  local level = room.level and room.level + 1 or 0
  redis.call('SET', room.now_key, level, 'PXAT', forgotten_at)
  room.level = level
  add_layer(room, room.now_key, level)
end

local function drawer(n, d)
  local a, b, c, e = string.byte(d, 1, 4)
  return room.starts[n] .. string.format('%d', (((a * 256 + b) * 256 + c) * 256 + e) % room.slots[n])
end

-- Já se aceitou? E a gaveta em que se gravaria, se já se sabe qual é.
local function seen(d)
  if d == '' then return false end
  local mine
  for n = #room.slots, 1, -1 do
    local key = drawer(n, d)
    if room.level and n == #room.slots then mine = key end
    if redis.call('HEXISTS', key, d) == 1 then return true end
  end
  return false, mine
end

-- Sempre depois de enfileirar: um erro no meio deixa o evento fora, e quem oferece de novo o faz entrar.
local function remember(d, key)
  if d == '' then return end
  if not room.level then rise() end
  key = key or drawer(#room.slots, d)
  redis.call('HSET', key, d, '')
  local size = redis.call('HLEN', key)
  if size == 1 then redis.call('PEXPIREAT', key, forgotten_at) end
  if size >= FULL then rise() end
end

local function settle_send(op)
  local key = P .. ':send:' .. op.i
  local row = redis.call('HMGET', key, 'st', 'c')
  if not row[1] then return redis.call('EXISTS', void_key(op.i)) == 1 and 0 or 2 end
  local known, mine = seen(op.d)
  if known or forgetting(op.tl, row[2]) then return 0 end
  -- a mesma recusa pode vir na resposta e num status: de uma que já se vai repetir, o status não diz nada de novo
  local again = op.o == 'failed' and row[1] == 'retry'
  local open = row[1] ~= 'sent' and row[1] ~= 'failed' and not again
  -- a conversa fica sabendo do que acaba de falhar; antes de o livro mudar: quem repete ainda o acharia por dizer
  if op.te and op.o == 'failed' and (open or row[1] == 'sent') then enter(op.tl, op.ts, row[2], op.te) end
  if again then
    -- nada muda no livro
  elseif op.o == 'failed' then
    redis.call('HSET', key, 'st', 'failed', 'w', op.x)
  elseif open then
    redis.call('HSET', key, 'st', 'sent', 'w', op.x)
  end
  -- quem esperava por esta notícia acorda já; notícia repetida não apressa quem espera por outra coisa
  if open then redis.call('ZADD', PARKED, 'XX', int(now), op.tl .. '|' .. row[2]) end
  enter(op.l, op.s, row[2], op.e)
  remember(op.d, mine)
  return 1
end

local function is_echo(lane, conv, id)
  return redis.call('HGET', conv_key(lane, conv), 'w') == id or redis.call('EXISTS', void_key(id)) == 1
end

-- Só cala o robô (BOT -> HUMAN): uma pausa, que alguém pediu, continua. Antes de enfileirar, para que o turno do evento
-- já o veja; se o evento acaba recusado, quem o ofereceu oferece de novo, e o robô calado um instante não faz mal.
local function impose(lane, conv, wanted)
  local key = conv_key(lane, conv)
  local mode = redis.call('HGET', key, 'm')
  if not mode or mode == '' or mode == 'BOT' then redis.call('HSET', key, 'm', wanted) end
end

local function disarm(lane, conv, names)
  local members, start = {}, lane .. '|' .. conv .. '|'
  for n, name in ipairs(names) do members[n] = start .. name end
  if redis.call('HDEL', TIMERS .. ':body', unpack(members)) > 0 then redis.call('ZREM', TIMERS, unpack(members)) end
end

local function take(lane, stage, conv, cancels, mode, echo, d, event)
  local known, mine = seen(d)
  if known or (echo ~= '' and is_echo(lane, conv, echo)) then return 0 end
  if room.backlog >= head.limit then return -1 end
  if mode ~= '' then impose(lane, conv, mode) end
  enter(lane, stage, conv, event)
  room.backlog = room.backlog + 1
  remember(d, mine)
  -- Por último: um erro aqui deixa um temporizador que dispara à toa, e quem o recebe o ignora; desarmado antes de
  -- um erro, com o evento recusado, faltaria para sempre. Um duplicado não desarma: o turno do original já rearmou.
  if cancels[1] then disarm(lane, conv, cancels) end
  return 1
end

local function keep_unread(op)
  local known, mine = seen(op.d)
  if known then return 0 end
  if room.backlog >= head.limit then return -1 end
  redis.call('XADD', P .. ':dead:ingress', '*', 'code', op.r, 'body', op.b, 'at', int(now))
  room.backlog = room.backlog + 1
  remember(op.d, mine)
  return 1
end

local function by_position(op, d, event)
  -- a pessoa é a dona do nome mais forte; sem dono (um telefone que alguém deixou), só aliases.py a sabe
  if op[8] and owner_and_leaver(meet(head.alias_ttl_ms, op[8])[1]) ~= op[3] then return 3 end
  switch_to(op[7] or KEYS[1])
  return take(op[1], op[2], op[3], op[4], op[5], op[6], d, event)
end

local function by_name(op)
  switch_to(op.p or KEYS[1])
  if op.k == 's' then return settle_send(op) end
  if op.k == 'd' then return keep_unread(op) end
  if op.k == 'q' then return seen(op.d) and 0 or 1 end
  -- um servidor sem memória, só de leitura ou sem réplicas já recusou o script inteiro
  if op.k == 'r' then return room.backlog >= head.limit and -1 or 1 end
  error('unknown op')
end

-- O erro de uma op é só dela: das outras, o que já se fez está feito, e repeti-las as daria por duplicadas. Termina como
-- o servidor diz que um script falhou (ver clients.unavailable).
local replies, at = {}, 3
while at <= #ARGV do
  local op, done, reply = cmsgpack.unpack(ARGV[at]), nil, nil
  if op[1] then
    done, reply = pcall(by_position, op, ARGV[at + 1], ARGV[at + 2])
    at = at + 3
  else
    op, at = with_blobs(op, at + 1)
    done, reply = pcall(by_name, op)
  end
  replies[#replies + 1] = done and reply or { err = reply .. ' script: accept' }
end
return replies
