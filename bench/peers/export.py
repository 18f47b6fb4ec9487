"""What is in an exported folder, checked and timed by other programs: onnx.checker, onnxruntime, transformers.

    python bench/peers/export.py FOLDER [THREADS]

Prints one line of JSON for PyTorch and one for each ONNX file: size, the largest difference of a logit from transformers', milliseconds by shape.
"""
import glob
import json
import os
import statistics
import sys
import time

import numpy as np
import onnx
import onnxruntime
import torch
import transformers

folder, threads = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2
torch.set_num_threads(threads)
config = transformers.AutoConfig.from_pretrained(folder)
model = getattr(transformers, config.architectures[0]).from_pretrained(folder, dtype=torch.float32).eval()
random = np.random.default_rng(1)


def batch(size, length, padded):
    mask = np.ones((size, length), np.int64)
    if padded:
        for row in range(size):
            mask[row, max(1, length - row):] = 0
    return {"input_ids": random.integers(5, config.vocab_size, (size, length)), "attention_mask": mask, "token_type_ids": np.zeros((size, length), np.int64)}


def expected(feeds):
    with torch.inference_mode():
        outputs = model(**{name: torch.from_numpy(array) for name, array in feeds.items()})
    names = ["start_logits", "end_logits"] if "start_logits" in outputs else ["logits"]
    return {name: outputs[name].numpy() for name in names}


def milliseconds(run):
    times = []
    for feeds in timed:
        for _ in range(3):
            run(feeds)
        laps = []
        for _ in range(10):
            start = time.perf_counter()
            run(feeds)
            laps.append(1000 * (time.perf_counter() - start))
        times.append(round(statistics.median(laps), 2))
    return dict(zip(("1x16", "1x128", "8x128"), times))


compared = [batch(8, 32, True), batch(1, 7, False), batch(4, min(100, config.max_position_embeddings), True)]
timed = [batch(size, length, False) for size, length in ((1, 16), (1, min(128, config.max_position_embeddings)), (8, min(128, config.max_position_embeddings)))]
references = [expected(feeds) for feeds in compared]
print(json.dumps({"file": "pytorch", "milliseconds": milliseconds(expected)}), flush=True)
for path in sorted(glob.glob(os.path.join(folder, "onnx", "*.onnx"))):
    onnx.checker.check_model(path, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    difference = 0.0
    for feeds, reference in zip(compared, references):
        for output, value in zip(session.get_outputs(), session.run(None, feeds)):
            real = feeds["attention_mask"] == 1 if value.shape[:2] == feeds["attention_mask"].shape else slice(None)
            difference = max(difference, float(np.abs(value[real] - reference[output.name][real]).max()))
    size = sum(os.path.getsize(part) for part in (path, path + "_data") if os.path.exists(part))
    print(json.dumps({"file": os.path.basename(path), "bytes": size, "largestDifference": difference, "milliseconds": milliseconds(lambda feeds: session.run(None, feeds))}), flush=True)
