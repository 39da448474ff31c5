import json
import shutil

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from workbench.errors import ModelError
from workbench.models.convert_onnx import convert_minimind_onnx, convert_onnx

rng = np.random.default_rng(7)


def plain_weights(folder):
    """Weights that 8-bit integers hold exactly: (integer - zero point) x scale."""
    shapes = {name: array.shape for name, array in load_file(folder / "model.safetensors").items()}
    weights = {}
    for name, shape in shapes.items():
        if len(shape) == 1:
            weights[name] = rng.normal(1, 0.1, shape).astype("float32")
        else:
            weights[name] = (rng.integers(0, 255, shape) - 128, np.float32(0.01))
    return weights


def values(weight):
    return weight if isinstance(weight, np.ndarray) else (weight[0] * weight[1]).astype("float32")


def write_onnx(path, weights, *, leave_out=""):
    """Norms under their own names, embeddings quantised, the rest in named multiplications."""
    tensors, nodes = [], []

    def keep(array, name):
        tensors.append(numpy_helper.from_array(array, name))

    for at, (name, weight) in enumerate(weights.items()):
        if name == leave_out:
            continue
        if isinstance(weight, np.ndarray):
            keep(weight, name)
            continue
        base = name if "embed" in name else f"onnx::MatMul_{at}"
        integers = weight[0] if "embed" in name else weight[0].T
        keep((integers + 128).astype("uint8"), f"{base}_quantized")
        keep(np.uint8(128), f"{base}_zero_point")
        keep(weight[1], f"{base}_scale")
        if "embed" not in name:
            module = "/" + name.removesuffix(".weight").replace(".", "/").replace(
                "layers/", "layers."
            )
            inputs = [f"x{at}", f"{base}_quantized", f"z{at}", f"{base}_zero_point"]
            node = helper.make_node(
                "MatMulInteger", inputs, [f"y{at}"], name=f"{module}/MatMul_quant"
            )
            nodes.append(node)
    graph = helper.make_graph(
        nodes, "tiny", [], [helper.make_tensor_value_info("y", TensorProto.INT32, None)], tensors
    )
    onnx.save(helper.make_model(graph), path)
    return path


@pytest.fixture
def files(tmp_path, tiny_folder):
    copied = shutil.copytree(tiny_folder, tmp_path / "in")
    (copied / "model.safetensors").unlink()
    return [file for file in sorted(copied.iterdir()) if file.name != "model.onnx"]


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_every_weight_is_what_its_integers_stand_for(tmp_path, tiny_folder, files, out):
    weights = plain_weights(tiny_folder)
    convert_onnx([write_onnx(tmp_path / "m.onnx", weights), *files], out)
    read = load_file(out / "model.safetensors")
    assert set(read) == set(weights)
    for name, weight in weights.items():
        np.testing.assert_allclose(read[name], values(weight), atol=1e-6, err_msg=name)


def test_the_result_loads_with_its_tokenizer(tmp_path, tiny_folder, files, out):
    convert_onnx([write_onnx(tmp_path / "m.onnx", plain_weights(tiny_folder)), *files], out)
    assert AutoModelForCausalLM.from_pretrained(out).num_parameters() > 0
    assert AutoTokenizer.from_pretrained(out)("a fox").input_ids


def test_a_missing_weight_is_named(tmp_path, tiny_folder, files, out):
    path = write_onnx(
        tmp_path / "m.onnx",
        plain_weights(tiny_folder),
        leave_out="model.layers.0.mlp.up_proj.weight",
    )
    with pytest.raises(ModelError, match=r"does not hold model.layers.0.mlp.up_proj.weight"):
        convert_onnx([path, *files], out)


def test_a_weight_of_another_shape_is_refused(tmp_path, tiny_folder, files, out):
    weights = plain_weights(tiny_folder)
    weights["model.norm.weight"] = np.ones(31, "float32")
    with pytest.raises(ModelError, match=r"model.norm.weight has shape \(31,\) instead of \(32,\)"):
        convert_onnx([write_onnx(tmp_path / "m.onnx", weights), *files], out)


def test_one_graph_is_needed(files, out):
    with pytest.raises(ModelError, match="There are 0 ONNX files instead of one"):
        convert_onnx(files, out)


def test_minimind_reads_raw_text_behind_its_begin_token(tmp_path, tiny_folder, files, out):
    tokenizer = next(file for file in files if file.name == "tokenizer.json")
    settings = next(file for file in files if file.name == "tokenizer_config.json")
    tokenizer.write_text(tokenizer.read_text().replace("<s>", "<|im_start|>"))
    changed = json.loads(settings.read_text()) | {"bos_token": "<|im_start|>"}
    settings.write_text(json.dumps(changed))
    path = write_onnx(tmp_path / "m.onnx", plain_weights(tiny_folder))
    convert_minimind_onnx([path, *files], out)
    read = AutoTokenizer.from_pretrained(out)
    plain = read("a fox", add_special_tokens=False).input_ids
    assert read("a fox").input_ids == [read.bos_token_id, *plain]
