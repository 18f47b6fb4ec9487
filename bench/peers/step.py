"""The same training step in PyTorch with transformers: eager, SDPA, fused AdamW. Prints one line of JSON."""
import json
import resource
import sys
import time

import torch
from transformers import BertConfig, BertForSequenceClassification

order = json.loads(sys.argv[1])
torch.set_num_threads(order["threads"])
torch.manual_seed(1)
rate = 0.1 if order["dropout"] else 0.0
config = BertConfig(**order["config"], hidden_dropout_prob=rate, attention_probs_dropout_prob=rate, num_labels=2, attn_implementation="sdpa")
device = order.get("device", "cpu")
model = BertForSequenceClassification(config).to(device).train()
decay = [p for n, p in model.named_parameters() if not ("bias" in n or "LayerNorm" in n)]
plain = [p for n, p in model.named_parameters() if "bias" in n or "LayerNorm" in n]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=5e-5, fused=True)
size, length = order["size"], order["length"]
ids = torch.randint(config.vocab_size, (size, length), device=device)
mask = torch.ones_like(ids)
labels = torch.randint(2, (size,), device=device)
steps, updates = [], []
for step in range(order["warmups"] + order["steps"]):
    start = time.perf_counter()
    loss = model(input_ids=ids, attention_mask=mask, token_type_ids=torch.zeros_like(ids), labels=labels).loss
    loss.backward()
    middle = time.perf_counter()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    loss.item()
    end = time.perf_counter()
    if step >= order["warmups"]:
        steps.append(1000 * (end - start))
        updates.append(1000 * (end - middle))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"steps": steps, "updates": updates, "peakMemory": peak, "version": torch.__version__}))
