using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Hardening;

/// <summary>What a server logs by default, through a whole flow and its failures, tells nothing of callers' words and nobody's secrets.</summary>
public sealed class PromptLogTests
{
    private const string Prompt = "an unusual prompt with a walrus 4711";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prompts_keys_and_signatures_are_in_no_line_of_the_log_unless_prompts_are_wanted(bool isWanted)
    {
        using var log = new WholeLog();
        var settings = new Dictionary<string, string?> { ["Reelay:LogPrompts"] = isWanted ? "true" : null };
        await using var gateway = await GatewayHost.StartAsync(settings, services: services => services.AddSingleton<ILoggerProvider>(log));
        using var admin = gateway.NewClient(gateway.AdminKey);
        using var nobody = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        var key = (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", new { name = "walrus keeper" }, admin)).Body.GetProperty("secret").GetString()!;
        await gateway.SendAsync(HttpMethod.Post, "/admin/v1/channels", new { id = "mine", base_url = "http://127.0.0.1:1/v1", api_key = "sk-upstream-secret-4711", models = new[] { "m=sora-2" } }, admin);

        var done = await gateway.FinishAsync(await gateway.OrderAsync(Prompt));
        var link = done.GetProperty("video_url").GetString()!;
        await nobody.GetAsync(link, TestContext.Current.CancellationToken);
        await nobody.GetAsync(link.Replace("signature=", "signature=x"), TestContext.Current.CancellationToken);
        await gateway.PostAsync("/v1/videos", Uploads.Form(("prompt", Prompt), ("input_reference", Uploads.Png)));
        await gateway.FinishAsync(await gateway.OrderAsync(body: new { prompt = Prompt, image_url = "https://example.com/none.png?token=link-secret-4711" }));
        var refused = await gateway.OrderAsync(body: new { prompt = Prompt, model = "m" });
        await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = Prompt, seconds = 99 });
        await gateway.SendAsync(HttpMethod.Post, "/v1/videos", "{\"prompt\": \"" + Prompt);
        await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + refused);

        var signature = link[(link.IndexOf("signature=", StringComparison.Ordinal) + 10)..];
        Assert.NotEmpty(log.Lines);
        foreach (var secret in new[] { key, gateway.AdminKey, "sk-reelay-sandbox", "sk-upstream-secret-4711", "link-secret-4711", signature })
            Assert.All(log.Lines, line => Assert.DoesNotContain(secret, line));
        Assert.Equal(isWanted, log.Lines.Any(line => line.Contains("walrus 4711")));
    }
}
