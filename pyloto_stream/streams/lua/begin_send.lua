#!lua flags=allow-oom
-- begin_send: registra a intenção de enviar, antes da chamada externa, e diz se ela deve acontecer.
-- op: s etapa, i entrada, w consumidor, l faixa, c conversa, r reply_id, win janela de dúvida ms, ttl ms,
--     any 1 = envia em qualquer modo
-- resposta por op: {'go', tentativa} | {'sent', id externo} | {'failed'} | {'doubt', instante do envio} |
--                  {'silenced', modo} | {'lost'}
local function begin(op)
  if not is_mine(op) then return { 'lost' } end
  local key = P .. ':send:' .. op.r
  local row = redis.call('HMGET', key, 'st', 'a', 'at', 'w')
  if row[1] == 'sent' then return { 'sent', row[4] or '' } end
  if row[1] == 'failed' then return { 'failed' } end
  if row[1] == 'sending' and now - tonumber(row[3]) < op.win then return { 'doubt', tonumber(row[3]) } end
  local mode = redis.call('HGET', conv_key(op.l, op.c), 'm')
  if mode and mode ~= '' and mode ~= 'BOT' and not op.any then return { 'silenced', mode } end
  local attempt = tonumber(row[2] or 0) + 1
  redis.call('HSET', key, 'st', 'sending', 'a', attempt, 'at', int(now), 'c', op.c)
  redis.call('PEXPIRE', key, int(op.ttl))
  return { 'go', attempt, row[1] == 'sending' and 1 or 0 }
end

local replies = {}
for i, op in ipairs(ops()) do replies[i] = begin(op) end
return replies
