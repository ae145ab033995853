using System.Text.Json;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rule 25 at acceptance: an order may say where its end is told, wherever parameters stand; what nothing can be sent to is refused by name.</summary>
public sealed class CallbackTests(WaitingGateway gateway) : IClassFixture<WaitingGateway>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/videos", """{"prompt": "x", "callback_url": "https://me.example.com/hook"}""")]
    [InlineData("/v1/videos", """{"prompt": "x", "metadata": {"callback_url": "https://me.example.com/hook", "callback_format": "task"}}""")]
    [InlineData("/v1/videos", """{"prompt": "x", "parameters": {"callback_url": "https://me.example.com/hook"}, "callback_format": "event"}""")]
    [InlineData("/v1/videos", """{"prompt": "x", "extra_body": {"callback_url": "https://me.example.com:8443/hook?token=1"}}""")]
    [InlineData("/v1/videos", """{"prompt": "x", "callback_url": "https://me.example.com/hook", "metadata": {"callback_url": "https://me.example.com/hook"}}""")]
    [InlineData("/v1/videos", "prompt=x&callback_url=https://me.example.com/hook&callback_format=task")]
    [InlineData("/v1/video/generations", """{"prompt": "x", "callback_url": "https://me.example.com/hook"}""")]
    [InlineData("/v1/videos", """{"prompt": "x", "callback_url": ""}""")]
    [InlineData("/v1/videos", """{"prompt": "x", "callback_url": null, "callback_format": null}""")]
    public async Task It_is_taken_wherever_parameters_stand(string path, string body)
    {
        var (status, answer) = await PostAsync(path, body);
        Assert.True(status == 200, answer.ToString());
        Assert.False(answer.TryGetProperty("warnings", out _), answer.ToString());
    }

    [Theory]
    [InlineData("http://me.example.com/hook")]
    [InlineData("ftp://me.example.com/hook")]
    [InlineData("me.example.com/hook")]
    [InlineData("/hook")]
    [InlineData("https://user:secret@me.example.com/hook")]
    [InlineData("https://localhost/hook")]
    [InlineData("https://a.localhost./hook")]
    [InlineData("https://printer.local/hook")]
    [InlineData("https://db.internal/hook")]
    [InlineData("https://intranet/hook")]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://2130706433/hook")]
    [InlineData("https://0x7f.1/hook")]
    [InlineData("https://0.0.0.0/hook")]
    [InlineData("https://10.1.2.3/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://[::ffff:192.168.0.1]/hook")]
    [InlineData("https://[fd00::1]/hook")]
    [InlineData("http://127.0.0.1:1/hook")]
    public async Task What_nothing_can_be_sent_to_is_refused(string url)
    {
        var (status, answer) = await PostAsync("/v1/videos", JsonSerializer.Serialize(new { prompt = "x", callback_url = url }));
        var error = answer.GetProperty("error");
        Assert.Equal((400, "invalid_callback_url", "callback_url"), (status, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task An_address_may_have_2048_characters()
    {
        var longest = "https://me.example.com/" + new string('a', 2048 - "https://me.example.com/".Length);
        Assert.Equal(200, (await PostAsync("/v1/videos", JsonSerializer.Serialize(new { prompt = "x", callback_url = longest }))).Status);
        Assert.Equal(400, (await PostAsync("/v1/videos", JsonSerializer.Serialize(new { prompt = "x", callback_url = longest + "a" }))).Status);
    }

    [Theory]
    [InlineData("""{"prompt": "x", "callback_url": "https://a.example.com/", "metadata": {"callback_url": "https://b.example.com/"}}""", "conflicting_parameters", "metadata.callback_url")]
    [InlineData("""{"prompt": "x", "callback_url": "https://a.example.com/", "callback_format": "xml"}""", "invalid_callback_format", "callback_format")]
    [InlineData("""{"prompt": "x", "callback_url": 7}""", "invalid_type", "callback_url")]
    [InlineData("""{"prompt": "x", "extra_body": {"callback_url": "https://10.0.0.1/"}}""", "invalid_callback_url", "extra_body.callback_url")]
    public async Task Other_mistakes_are_named_too(string body, string code, string param)
    {
        var (status, answer) = await PostAsync("/v1/videos", body);
        var error = answer.GetProperty("error");
        Assert.Equal((400, code, param), (status, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task A_format_without_an_address_is_listed_as_a_warning()
    {
        var (status, answer) = await PostAsync("/v1/videos", """{"prompt": "x", "callback_format": "task"}""");
        var warning = Assert.Single(answer.GetProperty("warnings").EnumerateArray());
        Assert.Equal((200, "callback_format"), (status, warning.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task An_estimate_notes_what_will_be_posted_where()
    {
        var (status, answer) = await PostAsync("/v1/videos/estimate", """{"prompt": "x", "callback_url": "https://me.example.com/hook", "callback_format": "task"}""");
        Assert.Equal(200, status);
        var note = answer.GetProperty("notes").EnumerateArray().Single(row => row.GetProperty("param").GetString() == "callback_url");
        Assert.Equal("https://me.example.com/hook", note.GetProperty("value").GetString());
        Assert.Contains("task itself", note.ToString(), StringComparison.Ordinal);
    }

    private async Task<(int Status, JsonElement Body)> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, null, body.StartsWith('{') ? "application/json" : "application/x-www-form-urlencoded");
        using var response = await gateway.Host.Client.PostAsync(path, content, Cancellation);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement);
    }
}
