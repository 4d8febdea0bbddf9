"""Write programs that run an exported ONNX file on a raw sample, in C# and in C++."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from ...data.pipeline import CategoryColumn, TableInputs
from ...io.model_graphs import OnnxGraph, OnnxPort
from ..programs.pipeline_code import ExampleCell, comment_text, example_cells, quoted
from ..trained_model import ModelDescription
from .form import ARRAY_NAME, OnnxForm
from .loading_code import raw_form, renamed, table_inputs, token_inputs
from .writer import description_graph

_CSHARP_HEAD: Final = """\
// dotnet add package Microsoft.ML.OnnxRuntime
using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

"""
_CPP_HEAD: Final = """\
// g++ -std=c++17 main.cpp -lonnxruntime
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <onnxruntime_cxx_api.h>

int main() {
  Ort::Env env;
  Ort::SessionOptions options;
"""


def csharp_program(path: Path, model: ModelDescription, form: OnnxForm) -> str:
    """A program for Microsoft.ML.OnnxRuntime. Raises `SettingError` for a model that ONNX cannot hold."""
    graph = description_graph(model, form)
    outputs = "".join(
        f'Console.WriteLine(string.Join(" ", results.ElementAt({place}).AsEnumerable<{_type(port)}>()));\n'
        for place, port in enumerate(graph.outputs)
    )
    return (
        f"{_CSHARP_HEAD}"
        f"{renamed('// ', graph)}"
        f"using var session = new InferenceSession({quoted(str(path))});\n"
        f"{_csharp_inputs(model, graph, form)}"
        "using var results = session.Run(inputs);\n"
        f"// {_predictions(graph)}\n"
        f"{outputs}"
    )


def cpp_program(path: Path, model: ModelDescription, form: OnnxForm) -> str:
    """A program for onnxruntime's C++ interface. Raises `SettingError` for a model that ONNX cannot hold."""
    graph = description_graph(model, form)
    names = ", ".join(quoted(port.name) for port in graph.outputs)
    printed = "".join(
        _CPP_TEXTS.format(place)
        if port.dtype is str
        else _CPP_NUMBERS.format(place, _type(port), _identifier(place))
        for place, port in enumerate(graph.outputs)
    )
    return (
        f"{_CPP_HEAD}"
        f'  Ort::Session session(env, ORT_TSTR("{quoted(str(path))[1:-1]}"), options);\n'
        "  auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);\n"
        "  Ort::AllocatorWithDefaultOptions allocator;\n\n"
        f"{_cpp_inputs(model, graph, form)}\n"
        f"{renamed('  // ', graph)}"
        f"  const std::vector<const char*> outputs = {{{names}}};\n"
        "  auto results = session.Run(Ort::RunOptions{}, names.data(), inputs.data(), inputs.size(),\n"
        "                             outputs.data(), outputs.size());\n"
        f"  // {_predictions(graph)}\n"
        "  std::cout.precision(9);\n"
        f"{printed}}}\n"
    )


_CPP_TEXTS: Final = (
    "  const size_t texts = results[{0}].GetTensorTypeAndShapeInfo().GetElementCount();\n"
    '  for (size_t i = 0; i < texts; ++i) std::cout << results[{0}].GetStringTensorElement(i) << " ";\n'
    '  std::cout << "\\n";\n'
)
_CPP_NUMBERS: Final = (
    "  const {1}* {2} = results[{0}].GetTensorData<{1}>();\n"
    "  const size_t {2}_count = results[{0}].GetTensorTypeAndShapeInfo().GetElementCount();\n"
    '  for (size_t i = 0; i < {2}_count; ++i) std::cout << {2}[i] << " ";\n'
    '  std::cout << "\\n";\n'
)


def _predictions(graph: OnnxGraph) -> str:
    return " and ".join(port.name for port in graph.outputs) + " of this sample"


def _type(port: OnnxPort) -> str:
    """The type of a port's elements in C# and, but for texts, in C++."""
    return "string" if port.dtype is str else "double" if np.dtype(port.dtype) == np.float64 else "float"


def _csharp_inputs(model: ModelDescription, graph: OnnxGraph, form: OnnxForm) -> str:
    table = table_inputs(model)
    if table is None:
        kind = _type(graph.inputs[0])
        values, remark = _values(model, graph, "f" if kind == "float" else "")
        shape = ", ".join(map(str, (1, *graph.inputs[0].shape)))
        made = f"{{ {values} }}" if values else f"{kind}[{math.prod(graph.inputs[0].shape)}]"
        array = f"new {kind}[] {made}" if values else f"new {made}"
        name = quoted(graph.inputs[0].name)
        return (
            f"var sample = {array}; // put yours here: {remark}\n"
            "var inputs = new List<NamedOnnxValue>\n{\n"
            f"    NamedOnnxValue.CreateFromTensor({name}, new DenseTensor<{kind}>(sample, new[] {{ {shape} }})),\n"
            "};\n"
        )
    numbers, texts = _cells(table)
    if form.ports == "array":
        lines = _lines(numbers, lambda cell: f"    {cell.value}, // {_named(cell)}")
        shape = f"{{ 1, {len(table.columns)} }}"
        return (
            f"var row = new double[] // put yours here\n{{\n{lines}}};\n"
            "var inputs = new List<NamedOnnxValue>\n{\n"
            f'    NamedOnnxValue.CreateFromTensor("{ARRAY_NAME}", new DenseTensor<double>(row, new[] {shape})),\n'
            "};\n"
        )
    made = ""
    for label, kind, cells in (("numbers", "double", numbers), ("texts", "string", texts)):
        if cells:
            lines = _lines(cells, lambda cell: f"    [{cell.name}] = {cell.value},{_remark(cell)}")
            made += f"var {label} = new Dictionary<string, {kind}> // put yours here\n{{\n{lines}}};\n"
    adding = "".join(
        f"foreach (var (name, value) in {label})\n"
        "    inputs.Add(NamedOnnxValue.CreateFromTensor(\n"
        f"        name, new DenseTensor<{kind}>(new[] {{ value }}, new[] {{ 1, 1 }})));\n"
        for label, kind, cells in (("numbers", "double", numbers), ("texts", "string", texts))
        if cells
    )
    return f"{made}var inputs = new List<NamedOnnxValue>();\n{adding}"


def _cpp_inputs(model: ModelDescription, graph: OnnxGraph, form: OnnxForm) -> str:
    table = table_inputs(model)
    kind = "double" if table else _type(graph.inputs[0])
    head = "  std::vector<const char*> names;\n  std::vector<Ort::Value> inputs;\n"
    add = (
        f"  inputs.push_back(Ort::Value::CreateTensor<{kind}>(\n"
        "      memory, sample.data(), sample.size(), shape.data(), shape.size()));\n"
    )
    if kind == "string":
        kind = "const char*"
        add = (
            "  inputs.push_back(Ort::Value::CreateTensor(\n"
            "      allocator, shape.data(), shape.size(), ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING));\n"
            "  inputs.back().FillStringTensor(sample.data(), sample.size());\n"
        )
    if table is None or form.ports == "array":
        lengths = graph.inputs[0].shape
        if table is None:
            values, remark = _values(model, graph, "f" if kind == "float" else "")
            made = f" = {{{values}}};" if values else f"({math.prod(lengths)});"
            sample = f"  std::vector<{kind}> sample{made}  // put yours here: {remark}\n"
        else:
            lines = _lines(_cells(table)[0], lambda cell: f"      {cell.value},  // {_named(cell)}")
            sample = f"  std::vector<double> sample = {{  // put yours here\n{lines}  }};\n"
        shape = ", ".join(map(str, (1, *lengths)))
        return (
            f"{sample}  const std::vector<int64_t> shape = {{{shape}}};\n{head}"
            f"  names.push_back({quoted(graph.inputs[0].name)});\n{add}"
        )
    made = "  const std::vector<int64_t> shape = {1, 1};\n"
    numbers, texts = _cells(table)
    for label, kind, cells in (("numbers", "double", numbers), ("texts", "const char*", texts)):
        if cells:
            lines = _lines(cells, lambda cell: f"      {{{cell.name}, {cell.value}}},{_remark(cell)}")
            made += f"  std::vector<std::pair<const char*, {kind}>> {label} = {{  // put yours here\n{lines}  }};\n"
    made += head
    if numbers:
        made += (
            "  for (auto& [name, value] : numbers) {\n"
            "    names.push_back(name);\n"
            "    inputs.push_back(\n"
            "        Ort::Value::CreateTensor<double>(memory, &value, 1, shape.data(), shape.size()));\n"
            "  }\n"
        )
    if texts:
        made += (
            "  for (auto& [name, text] : texts) {\n"
            "    names.push_back(name);\n"
            "    inputs.push_back(Ort::Value::CreateTensor(\n"
            "        allocator, shape.data(), shape.size(), ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING));\n"
            "    inputs.back().FillStringTensorElement(text, 0);\n"
            "  }\n"
        )
    return made


def _values(model: ModelDescription, graph: OnnxGraph, suffix: str) -> tuple[str, str]:
    """The numbers of an example, "" if they are too many, and what they are."""
    shape, order = graph.inputs[0].shape, raw_form(model, graph).order
    if inputs := token_inputs(model):
        tokens = [inputs.vocabulary[number] for number in inputs.encode([""])[0]]
        return ", ".join(map(quoted, tokens)), "tokens, filled up to these"
    if shape == (2,):
        return f"1.0{suffix}, -1.0{suffix}", order
    return "", order.removeprefix("samples, ")


def _cells(table: TableInputs) -> tuple[list[ExampleCell], list[ExampleCell]]:
    """Of numbers, and of texts; columns that are too many for an example are all 0."""
    cells = example_cells(table)
    if not cells:
        for column in table.columns:
            text = isinstance(column, CategoryColumn)
            cells.append(ExampleCell(quoted(column.name), '""' if text else "0", ""))
    return [cell for cell in cells if not cell.is_text], [cell for cell in cells if cell.is_text]


def _lines(cells: Sequence[ExampleCell], written: Callable[[ExampleCell], str]) -> str:
    return "".join(f"{written(cell)}\n" for cell in cells)


def _remark(cell: ExampleCell) -> str:
    return f" // {cell.remark}" if cell.remark else ""


def _named(cell: ExampleCell) -> str:
    name = comment_text(json.loads(cell.name))
    return f"{name}, {cell.remark}" if cell.remark else name


def _identifier(place: int) -> str:
    return ("values", "probabilities")[place]
