using System.Text.Json.Nodes;
using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

/// <summary>What OpenAI refuses, the sandbox refuses, and names it.</summary>
public class ImagesStrictnessTests
{
    [Theory]
    [InlineData("""{"model":"gpt-image-2"}""", "prompt", "missing_required_parameter")]
    [InlineData("""{"prompt":"x"}""", "model", "missing_required_parameter")]
    [InlineData("""{"model":"gpt-image-2","prompt":""}""", "prompt", "string_below_min_length")]
    [InlineData("""{"model":"gpt-image-2","prompt":7}""", "prompt", "invalid_type")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","seed":1}""", "seed", "unknown_parameter")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","response_format":"b64_json"}""", "response_format", "unknown_parameter")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","input_fidelity":"high"}""", "input_fidelity", "unknown_parameter")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","n":0}""", "n", "integer_below_min_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","n":11}""", "n", "integer_above_max_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","n":"2"}""", "n", "invalid_type")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","n":1.5}""", "n", "invalid_type")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"big"}""", "size", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"1000x1000"}""", "size", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"640x640"}""", "size", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"3856x2160"}""", "size", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"3840x2176"}""", "size", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"2048x640"}""", "size", "invalid_value")]
    [InlineData("""{"model":"gpt-image-1.5","prompt":"x","size":"1536x864"}""", "size", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","quality":"max"}""", "quality", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","quality":"hd"}""", "quality", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","output_format":"gif"}""", "output_format", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2.5-flare","prompt":"x","output_format":"svg"}""", "output_format", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","output_compression":50}""", "output_compression", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","output_format":"jpeg","background":"transparent"}""", "background", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","moderation":"none"}""", "moderation", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","stream":true}""", "stream", "unsupported_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","stream":"no"}""", "stream", "invalid_type")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","partial_images":1}""", "partial_images", "invalid_value")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","frame_count":4}""", "frame_count", "invalid_value")]
    public async Task A_generation_that_breaks_a_rule_is_refused_by_name(string body, string param, string code)
    {
        await using SandboxHost sandbox = await ImagesTests.StartAsync();
        using Caller caller = ImagesTests.To(sandbox);
        Answer answer = await caller.PostJsonAsync("images/generations", body);
        Assert.Equal((400, param, code), (answer.Status, (string?)answer.Error["param"], (string?)answer.Error["code"]));
        Assert.Equal("invalid_request_error", (string?)answer.Error["type"]);
        Assert.False(Assert.Single(sandbox.Submissions).Row.Accepted);
    }

    [Theory]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","n":null,"size":null,"quality":null,"stream":false,"user":"u"}""")]
    [InlineData("""{"model":"gpt-image-2","prompt":"x","size":"1600x544","quality":"auto","safety_identifier":"u"}""")]
    [InlineData("""{"model":"gpt-image-2.6-sunburst","prompt":"x","quality":"max","output_format":"webp","output_compression":5,"background":"transparent"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"x","size":"1536x1024","moderation":"low"}""")]
    public async Task What_the_models_allow_is_taken(string body)
    {
        await using SandboxHost sandbox = await ImagesTests.StartAsync();
        using Caller caller = ImagesTests.To(sandbox);
        Answer answer = await caller.PostJsonAsync("images/generations", body);
        Assert.True(answer.Status == 200, answer.Text);
    }

    [Theory]
    [InlineData("no image", "image", "missing_required_parameter")]
    [InlineData("17 images", "image", "array_above_max_length")]
    [InlineData("no picture", "image", "unsupported_file_mimetype")]
    [InlineData("two under one name", "image", "duplicate_parameter")]
    [InlineData("unknown file", "reference", "unknown_parameter")]
    [InlineData("opaque mask", "mask", "invalid_mask_image_format")]
    [InlineData("other mask", "mask", "invalid_mask_image_size")]
    [InlineData("large mask", "mask", "image_too_large")]
    [InlineData("text mask", "mask", "unsupported_file_mimetype")]
    [InlineData("fidelity", "input_fidelity", "invalid_input_fidelity_model")]
    public async Task An_edit_that_breaks_a_rule_is_refused_by_name(string what, string param, string code)
    {
        await using SandboxHost sandbox = await ImagesTests.StartAsync();
        using Caller caller = ImagesTests.To(sandbox);
        byte[] picture = PngImage.Gradient(64, 48);
        byte[] mask = [.. picture];
        mask[25] = 6;
        MultipartFormDataContent form = new() { { new StringContent("x"), "prompt" }, { new StringContent("gpt-image-2"), "model" } };
        (string Name, byte[] Bytes)[] files = what switch
        {
            "no image" => [],
            "17 images" => [.. Enumerable.Repeat(("image[]", picture), 17)],
            "no picture" => [("image", "GIF89a"u8.ToArray())],
            "two under one name" => [("image", picture), ("image", picture)],
            "unknown file" => [("image", picture), ("reference", picture)],
            "opaque mask" => [("image", picture), ("mask", picture)],
            "other mask" => [("image", PngImage.Gradient(48, 64)), ("mask", mask)],
            "large mask" => [("image", picture), ("mask", [.. mask, .. new byte[4 * 1024 * 1024]])],
            "text mask" => [("image", picture), ("mask", "mask"u8.ToArray())],
            _ => [("image", picture)],
        };
        foreach ((string name, byte[] bytes) in files)
            form.Add(new ByteArrayContent(bytes), name, "file.png");
        if (what == "fidelity")
            form.Add(new StringContent("high"), "input_fidelity");
        Answer answer = await caller.SendAsync(HttpMethod.Post, "images/edits", form);
        Assert.Equal((400, param, code), (answer.Status, (string?)answer.Error["param"], (string?)answer.Error["code"]));
    }

    [Theory]
    [InlineData("""[]""", "image")]
    [InlineData("""["a"]""", "images")]
    [InlineData("""[{"file_id":"file-1"}]""", "images.file_id")]
    [InlineData("""[{"image_url":"ftp://a/b"}]""", "images.image_url")]
    [InlineData("""[{"image_url":"data:image/png;base64,AAAA"}]""", "image")]
    [InlineData("""[{"image_url":"https://a/b","file_id":"x"}]""", "images")]
    public async Task Pictures_in_json_are_checked_too(string images, string param)
    {
        await using SandboxHost sandbox = await ImagesTests.StartAsync();
        using Caller caller = ImagesTests.To(sandbox);
        Answer answer = await caller.PostJsonAsync("images/edits", $$"""{"model":"gpt-image-2","prompt":"x","images":{{images}}}""");
        Assert.Equal((400, param), (answer.Status, (string?)answer.Error["param"]));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("sk-wrong", "invalid_api_key")]
    public async Task A_call_without_the_key_is_refused_and_written_down(string? key, string? code)
    {
        await using SandboxHost sandbox = await ImagesTests.StartAsync();
        using Caller caller = ImagesTests.To(sandbox, key);
        Answer answer = await caller.PostJsonAsync("images/generations", """{"model":"gpt-image-2","prompt":"x"}""");
        Assert.Equal((401, code), (answer.Status, (string?)answer.Error["code"]));
        Assert.False(Assert.Single(sandbox.Submissions).Row.Accepted);
        Assert.Equal(401, (await caller.GetAsync("models")).Status);
    }

    [Fact]
    public async Task An_unknown_model_does_not_exist()
    {
        await using SandboxHost sandbox = await ImagesTests.StartAsync();
        using Caller caller = ImagesTests.To(sandbox);
        Answer answer = await caller.PostJsonAsync("images/generations", new JsonObject { ["model"] = "dall-e-3", ["prompt"] = "x" }.ToJsonString());
        Assert.Equal((404, "model_not_found"), (answer.Status, (string?)answer.Error["code"]));
    }
}
