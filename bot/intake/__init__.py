"""A message comes in: guards, then one transaction.

The way of a message, from the platform to the reply:

    platform
      |  bot/channels/<name>/      verify, parse                              -> Inbound
      v
    bot/intake/guards.py           TracedReceive( FloodControlled( DeadLettering( Intake ) ) )
      |                            wired in bot/app/container.py
      v
    bot/intake/intake.py           Intake.store, ONE transaction:
      |  conversations.open_and_lock      the conversation, locked until the commit
      |  conversations.record_inbound     a duplicate ends here; the session comes with it
      |  handlers/router.py: decide       pure:
      |      sanitize, mask                       handlers/input
      |      UnderstandingPipeline.understand     kb/understanding/pipeline.py, named stages
      |      dialogue_act                         handlers/input/dialogue_act.py
      |      the first of HANDLERS that takes it  handlers/dialogue, handlers/intents
      |  DecisionRecorder.record          bot/intake/decision_recorder.py
      |      turns.record, sessions.write          the decision and its trace
      |      handoffs.open_handoff, HandoffWorkflow.requested
      |  ReplyEnqueuer.enqueue            bot/intake/reply_enqueuer.py
      |      render, outbox.enqueue                the reply waits in the same transaction
      v  commit; only now the platform gets its 200
    bot/delivery/deliverer.py      claim -> channel.send -> sent | retried with backoff | failed
    bot/helpdesk/notification_worker.py   due notifications -> bot/notify/<transport>

What is not committed was not acknowledged, so the platform sends it again; what was committed is delivered at least
once, also after a restart, in the order of its conversation.
"""
