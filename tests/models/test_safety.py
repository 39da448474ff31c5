import json
import shutil

import pytest

from workbench.errors import ModelError
from workbench.models.headers import MAX_HEADER_BYTES, count_parameters
from workbench.models.safety import check_weights_folder


@pytest.fixture
def folder(tmp_path, tiny_folder):
    return shutil.copytree(tiny_folder, tmp_path / "weights")


def refused(folder):
    with pytest.raises(ModelError) as error:
        check_weights_folder(folder)
    return error.value.what


def set_in(folder, name, **settings):
    file = folder / name
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))


def test_plain_weights_are_accepted(folder):
    check_weights_folder(folder)


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "a.pt", "a.pth", "a.pkl", "a.ckpt", "a.py", "a.so"]
)
def test_a_file_that_may_run_code_is_refused(folder, name):
    (folder / name).write_bytes(b"x")
    assert f"{name} is a .{name.split('.')[1]} file, which may run code" in refused(folder)


def test_a_pickle_under_another_name_is_refused(folder):
    import pickle

    (folder / "notes.txt").write_bytes(pickle.dumps([1]))
    assert "notes.txt is a pickle or an archive under another name" in refused(folder)


def test_code_in_a_folder_below_is_refused(folder):
    (folder / "custom_generate").mkdir()
    (folder / "custom_generate" / "generate.py").touch()
    assert "custom_generate/generate.py is a .py file" in refused(folder)


@pytest.mark.parametrize(
    "settings",
    [
        {"auto_map": {"AutoModelForCausalLM": "modeling.X"}},
        {"trust_remote_code": True},
        {"_attn_implementation": "someone/kernels"},
        {"attn_implementation": "someone/kernels"},
        {"_experts_implementation": "someone/kernels"},
        {"use_kernels": True, "kernel_config": {"RMSNorm": "someone/kernels:RMSNorm"}},
        {"quantization_config": {"quant_method": "mine"}},
        {"quantization_config": {"load_in_4bit": True}},
    ],
    ids=lambda settings: next(iter(settings)),
)
@pytest.mark.parametrize("depth", [0, 2])
@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_a_setting_that_loads_code_is_refused_at_any_depth(folder, settings, depth, name):
    for _ in range(depth):
        settings = {"text_config": [settings]}
    set_in(folder, name, **settings)
    assert f'{name} sets "' in refused(folder)


def test_settings_that_only_sound_alike_are_accepted(folder):
    set_in(folder, "config.json", conv_kernel=4, trust_remote_code=False, auto_map=None)
    set_in(folder, "config.json", quantization_config={"quant_method": "gptq", "bits": 4})
    check_weights_folder(folder)


def test_an_adapter_that_loads_another_model_is_refused(folder):
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "someone/else"}')
    assert "adapter_config.json makes a loader load something else" in refused(folder)


def test_a_link_that_leads_out_is_refused(folder, tmp_path):
    (tmp_path / "outside.json").write_text("{}")
    (folder / "vocab.json").symlink_to(tmp_path / "outside.json")
    assert "vocab.json is a link that leads out of the folder" in refused(folder)


def test_a_link_inside_is_accepted(folder):
    (folder / "again.json").symlink_to(folder / "config.json")
    check_weights_folder(folder)


def test_an_oversized_header_is_refused_without_reading_it(folder):
    with (folder / "huge.safetensors").open("wb") as stream:
        stream.write((MAX_HEADER_BYTES + 1).to_bytes(8, "little"))
        stream.truncate(MAX_HEADER_BYTES + 100)
    assert f"huge.safetensors has a header of {MAX_HEADER_BYTES + 1} bytes" in refused(folder)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"", "is cut short"),
        ((9).to_bytes(8, "little"), "is cut short"),
        ((4).to_bytes(8, "little") + b"nope", "has a header that is not JSON"),
        ((2).to_bytes(8, "little") + b"[]", "has a header that is not a table"),
    ],
)
def test_a_damaged_file_is_refused(folder, header, message):
    (folder / "bad.safetensors").write_bytes(header)
    assert f"bad.safetensors {message}" in refused(folder)


def test_a_tensor_outside_its_file_is_refused(folder):
    header = json.dumps({"w": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}).encode()
    (folder / "bad.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    assert "bad.safetensors describes tensors outside itself" in refused(folder)


def test_an_index_that_names_a_file_elsewhere_is_refused(folder):
    index = {"weight_map": {"a": "../model.safetensors", "b": "gone.safetensors", "c": "x.bin"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    said = refused(folder)
    assert 'names "../model.safetensors", which is not a safetensors file beside it' in said
    assert 'names "x.bin"' in said
    assert "gone.safetensors is missing" in said


def test_every_problem_is_listed_at_once(folder):
    (folder / "config.json").unlink()
    (folder / "model.safetensors").unlink()
    (folder / "model.bin").touch()
    (folder / "tokenizer_config.json").write_text("{")
    assert refused(folder) == (
        "weights is refused: config.json is missing; there is no .safetensors file; model.bin is a "
        ".bin file, which may run code when it is loaded; tokenizer_config.json is not JSON."
    )


def test_a_missing_folder_is_named(tmp_path):
    assert refused(tmp_path / "gone").startswith("There is no folder")


def test_parameters_are_counted_from_headers(tiny_folder):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_folder)
    assert count_parameters(tiny_folder) == sum(p.numel() for p in model.parameters())
