using System.Net.Http.Headers;
using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public class OpenAiStrictnessTests
{
    [Theory]
    [InlineData("""{}""", "prompt", "missing_required_parameter")]
    [InlineData("""{"prompt":""}""", "prompt", "string_below_min_length")]
    [InlineData("""{"prompt":7}""", "prompt", "invalid_type")]
    [InlineData("""{"prompt":"x","seconds":4}""", "seconds", "invalid_type")]
    [InlineData("""{"prompt":"x","seconds":"5"}""", "seconds", "invalid_value")]
    [InlineData("""{"prompt":"x","size":"1920x1080"}""", "size", "invalid_value")]
    [InlineData("""{"prompt":"x","model":"sora-2-pro","size":"640x480"}""", "size", "invalid_value")]
    [InlineData("""{"prompt":"x","fps":24}""", "fps", "unknown_parameter")]
    [InlineData("""{"prompt":"x","seed":1}""", "seed", "unknown_parameter")]
    [InlineData("""{"prompt":"x","model":null}""", "model", "invalid_type")]
    [InlineData("""{"prompt":"x","input_reference":"path.png"}""", "input_reference", "invalid_type")]
    [InlineData("""{"prompt":"x","input_reference":{"image_url":"https://a/b","file_id":"f"}}""", "input_reference", "invalid_value")]
    [InlineData("""{"prompt":"x","input_reference":{"url":"https://a/b"}}""", "input_reference.url", "unknown_parameter")]
    [InlineData("""{"prompt":"x","input_reference":{"file_id":"file-1"}}""", "input_reference.file_id", "invalid_value")]
    [InlineData("""{"prompt":"x","input_reference":{"image_url":"data:;base64,AAAA"}}""", "input_reference", "invalid_image_format")]
    public async Task A_create_that_breaks_a_rule_is_refused_by_name(string body, string param, string code)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Answer answer = await caller.PostJsonAsync("videos", body);
        Assert.Equal(400, answer.Status);
        Assert.Equal("invalid_request_error", (string?)answer.Error["type"]);
        Assert.Equal(param, (string?)answer.Error["param"]);
        Assert.Equal(code, (string?)answer.Error["code"]);
        Assert.False(Assert.Single(sandbox.Submissions).Row.Accepted);
    }

    [Fact]
    public async Task A_prompt_may_have_32000_characters_and_no_more()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Assert.Equal(200, (await caller.PostFormAsync("videos", ("prompt", new string('x', 32_000)))).Status);
        Assert.Equal(400, (await caller.PostFormAsync("videos", ("prompt", new string('x', 32_001)))).Status);
    }

    [Fact]
    public async Task An_unknown_model_does_not_exist()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Answer answer = await caller.PostFormAsync("videos", ("prompt", "x"), ("model", "veo"));
        Assert.Equal(404, answer.Status);
        Assert.Equal("model_not_found", (string?)answer.Error["code"]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"prompt":"a","prompt":"b"}""")]
    public async Task A_body_that_is_no_json_object_is_refused(string body)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Assert.Equal(400, (await caller.PostJsonAsync("videos", body)).Status);
    }

    [Fact]
    public async Task A_body_of_another_type_is_refused()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        using StringContent text = new("prompt=x");
        Assert.Equal(400, (await caller.SendAsync(HttpMethod.Post, "videos", text)).Status);
    }

    [Theory]
    [InlineData(720, 1280, 200)]
    [InlineData(1280, 720, 400)]
    public async Task A_first_frame_must_have_the_size_of_the_video(int width, int height, int status)
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        byte[] png = PngImage.Gradient(width, height);
        Answer asFile = await caller.SendAsync(HttpMethod.Post, "videos", Form(png));
        Assert.Equal(status, asFile.Status);
        Answer asField = await caller.PostFormAsync(
            "videos", ("prompt", "x"), ("input_reference[image_url]", $"data:image/png;base64,{Convert.ToBase64String(png)}"));
        Assert.Equal(status, asField.Status);
    }

    [Fact]
    public async Task A_file_that_is_no_picture_is_refused_whatever_it_says_it_is()
    {
        await using SandboxHost sandbox = await World.StartAsync();
        using Caller caller = Caller.To(sandbox);
        Answer answer = await caller.SendAsync(HttpMethod.Post, "videos", Form("GIF89a, not a picture we take"u8.ToArray()));
        Assert.Equal("invalid_image_format", (string?)answer.Error["code"]);
    }

    private static MultipartFormDataContent Form(byte[] file)
    {
        ByteArrayContent part = new(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new MultipartFormDataContent { { part, "input_reference", "first.png" }, { new StringContent("x"), "prompt" } };
    }
}
