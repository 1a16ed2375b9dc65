#!lua
-- accept: deduplica e enfileira, ou nenhum dos dois. Repetir a chamada não muda nada ("duplicado" também é aceito).
-- Sem allow-oom: com a memória cheia a entrada é recusada e o que está em curso escoa.
-- op: k 'e' evento | 'd' ilegível | 's' confirmação de envio | 'r' aceitaria?; d resumo; ver cada ramo
-- resposta por op: 1 novo, 0 duplicado, 2 confirmação de um envio que não está no livro (nada foi gravado),
--                  -1 recusado: há tokens demais à espera (só o que é novo; confirmações entram sempre, porque
--                  sem elas o que está em dúvida seria enviado de novo)
local list = ops()
local head = table.remove(list, 1) -- { bucket_ms, buckets, ttl_ms, slots, limit, stages }

local backlog = redis.call('ZCARD', PARKED)
for _, stage in ipairs(head.stages) do backlog = backlog + redis.call('XLEN', stream(stage)) end

local bucket = math.floor(now / head.bucket_ms)

local function seen_key(b, d)
  local slot = (string.byte(d, 1) * 256 + string.byte(d, 2)) % head.slots
  return P .. ':seen:' .. int(b) .. ':' .. int(slot)
end

local function seen(d)
  if d == '' then return false end
  for b = bucket, bucket - head.buckets, -1 do
    if redis.call('HEXISTS', seen_key(b, d), d) == 1 then return true end
  end
  return false
end

-- Sempre depois de enfileirar: um erro no meio deixa o evento fora, e quem oferece de novo o faz entrar.
local function remember(d)
  if d == '' then return end
  local key = seen_key(bucket, d)
  redis.call('HSET', key, d, '')
  redis.call('PEXPIREAT', key, int((bucket + 1) * head.bucket_ms + head.ttl_ms))
end

local function settle_send(op)
  local key = P .. ':send:' .. op.i
  local row = redis.call('HMGET', key, 'st', 'c')
  if not row[1] then return 2 end
  if seen(op.d) then return 0 end
  local open = row[1] ~= 'sent' and row[1] ~= 'failed'
  if op.o == 'failed' then
    redis.call('HSET', key, 'st', 'failed', 'w', op.x)
  elseif open then
    redis.call('HSET', key, 'st', 'sent', 'w', op.x)
  end
  -- quem esperava por esta notícia acorda já; notícia repetida não apressa quem espera por outra coisa
  if open then redis.call('ZADD', PARKED, 'XX', int(now), op.tl .. '|' .. row[2]) end
  enter(op.l, op.s, row[2], op.e)
  remember(op.d)
  return 1
end

local replies = {}
for i, op in ipairs(list) do
  if op.k == 'r' then
    -- um servidor sem memória, só de leitura ou sem réplicas já recusou o script inteiro
    replies[i] = backlog >= head.limit and -1 or 1
  elseif op.k == 's' then
    replies[i] = settle_send(op)
  elseif seen(op.d) then
    replies[i] = 0
  elseif backlog >= head.limit then
    replies[i] = -1
  else
    backlog = backlog + 1
    if op.k == 'e' then
      enter(op.l, op.s, op.c, op.e)
    else
      redis.call('XADD', P .. ':dead:ingress', '*', 'code', op.r, 'body', op.b, 'at', int(now))
    end
    remember(op.d)
    replies[i] = 1
  end
end
return replies
