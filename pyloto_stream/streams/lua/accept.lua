#!lua
-- accept: deduplica e enfileira, ou nenhum dos dois. Repetir a chamada não muda nada ("duplicado" também é aceito).
-- Sem allow-oom: com a memória cheia a entrada é recusada e o que está em curso escoa.
-- op: {faixa, etapa, conversa, x} e depois o resumo e o evento, se é só isso, como quase sempre; ou, por nome:
--     k 'e' evento | 'd' ilegível | 's' confirmação de envio | 'r' aceitaria? | 'q' novo?; d resumo; x nomes de
--     temporizadores que o evento novo desarma; md modo que ele põe em vigor; ec id externo: se é o do último envio da
--     conversa, o evento é eco nosso; ver cada ramo
-- resposta por op: 1 novo, 0 duplicado, eco, ou de um envio esquecido, 2 confirmação de um envio que não está no livro (nada foi gravado),
--                  -1 recusado: há tokens demais à espera (só o que é novo; confirmações entram sempre, porque
--                  sem elas o que está em dúvida seria enviado de novo)
local function offered()
  local list, at = {}, 2
  while at <= #ARGV do
    local op = cmsgpack.unpack(ARGV[at])
    if op[3] then
      list[#list + 1] = { k = 'e', l = op[1], s = op[2], c = op[3], x = op[4], d = ARGV[at + 1], e = ARGV[at + 2] }
      at = at + 3
    else
      list[#list + 1], at = with_blobs(op, at + 1)
    end
  end
  return list
end

local list = offered()
local head = table.remove(list, 1) -- { bucket_ms, buckets, ttl_ms, limit, stages }

local backlog = redis.call('ZCARD', PARKED)
for _, stage in ipairs(head.stages) do backlog = backlog + redis.call('XLEN', stream(stage)) end

-- Ids lembrados: um balde de tempo cresce em níveis, de 64 * 3^nível gavetas (hashes pequenos). Grava-se só no nível
-- atual; quando uma gaveta enche, o balde sobe um nível. Assim nenhuma passa de FULL campos, e todas ficam na
-- codificação compacta (o servidor a garante até 128), com poucos ids ou com dezenas de milhões.
local FULL, FIRST_SLOTS, GROWTH = 120, 64, 3
local bucket = math.floor(now / head.bucket_ms)
local forgotten_at = int((bucket + 1) * head.bucket_ms + head.ttl_ms)
local level -- do balde atual; nil: nada se gravou nele ainda
local layers = {} -- onde um id pode estar: { início da chave, gavetas }; a última é onde se grava

local function bucket_key(b) return P .. ':seen:' .. int(b) end
local function add_layer(b, k)
  layers[#layers + 1] = { bucket_key(b) .. ':' .. k .. ':', FIRST_SLOTS * GROWTH ^ k }
end

-- Um balde adiante também: o relógio pode recuar (outro servidor assume).
local buckets, level_keys = {}, {}
for b = bucket - head.buckets, bucket + 1 do
  if b ~= bucket then buckets[#buckets + 1] = b end
end
buckets[#buckets + 1] = bucket
for n, b in ipairs(buckets) do level_keys[n] = bucket_key(b) end
for n, found in ipairs(redis.call('MGET', unpack(level_keys))) do
  local top = tonumber(found)
  for k = 0, top or -1 do add_layer(buckets[n], k) end
  if n == #buckets then level = top end
end

local function rise()
  level = level and level + 1 or 0
  redis.call('SET', bucket_key(bucket), level, 'PXAT', forgotten_at)
  add_layer(bucket, level)
end

local function number_of(d)
  local a, b, c, e = string.byte(d, 1, 4)
  return ((a * 256 + b) * 256 + c) * 256 + e
end

local function drawer(layer, number) return layer[1] .. string.format('%d', number % layer[2]) end

-- Já se aceitou? E a gaveta em que se gravaria, se já se sabe qual é.
local function seen(d)
  if d == '' then return false end
  local number, mine = number_of(d), nil
  for n = #layers, 1, -1 do
    local key = drawer(layers[n], number)
    if level and n == #layers then mine = key end
    if redis.call('HEXISTS', key, d) == 1 then return true end
  end
  return false, mine
end

-- Sempre depois de enfileirar: um erro no meio deixa o evento fora, e quem oferece de novo o faz entrar.
local function remember(d, key)
  if d == '' then return end
  if not level then rise() end
  key = key or drawer(layers[#layers], number_of(d))
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

local function is_echo(op)
  if not op.ec then return false end
  return redis.call('HGET', conv_key(op.l, op.c), 'w') == op.ec or redis.call('EXISTS', void_key(op.ec)) == 1
end

-- Só cala o robô (BOT -> HUMAN): uma pausa, que alguém pediu, continua. Antes de enfileirar, para que o turno do evento
-- já o veja; se o evento acaba recusado, quem o ofereceu oferece de novo, e o robô calado um instante não faz mal.
local function impose(op)
  local key = conv_key(op.l, op.c)
  local mode = redis.call('HGET', key, 'm')
  if not mode or mode == '' or mode == 'BOT' then redis.call('HSET', key, 'm', op.md) end
end

local function disarm(op)
  local members = {}
  for n, name in ipairs(op.x) do members[n] = op.l .. '|' .. op.c .. '|' .. name end
  if redis.call('HDEL', TIMERS .. ':body', unpack(members)) > 0 then redis.call('ZREM', TIMERS, unpack(members)) end
end

local function take(op)
  local known, mine = seen(op.d)
  if op.k == 'q' then return known and 0 or 1 end
  if known or is_echo(op) then return 0 end
  if backlog >= head.limit then return -1 end
  backlog = backlog + 1
  if op.k == 'e' then
    if op.md then impose(op) end
    enter(op.l, op.s, op.c, op.e)
  else
    redis.call('XADD', P .. ':dead:ingress', '*', 'code', op.r, 'body', op.b, 'at', int(now))
  end
  remember(op.d, mine)
  -- Por último: um erro aqui deixa um temporizador que dispara à toa, e quem o recebe o ignora; desarmado antes de
  -- um erro, com o evento recusado, faltaria para sempre. Um duplicado não desarma: o turno do original já rearmou.
  if op.x and op.x[1] then disarm(op) end
  return 1
end

local replies = {}
for i, op in ipairs(list) do
  if op.k == 'r' then
    -- um servidor sem memória, só de leitura ou sem réplicas já recusou o script inteiro
    replies[i] = backlog >= head.limit and -1 or 1
  else
    replies[i] = op.k == 's' and settle_send(op) or take(op)
  end
end
return replies
