using Reelay.Providers;
using Reelay.Server.Tasks;
using Reelay.Simulators;
using Reelay.Tests.Engine;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>The provider under the real engine, store and asset store, with the sandbox on the other side of a socket.</summary>
public sealed class OpenAiImagesEngineTests : IDisposable
{
    private readonly OpenAiImagesCase _test = new();
    private readonly ScriptedUpstream _engineSide = new() { SearchKind = SearchKind.None };
    private readonly SocketsHttpHandler _http = new() { UseProxy = false };

    [Fact]
    public async Task Pictures_are_streamed_into_the_asset_store_and_measured()
    {
        var channel = EngineWorld.Quick();
        channel.CallSeconds = 60;
        await using var sandbox = await StartAsync("a fox");
        await using var world = await EngineWorld.StartAsync(_engineSide, [channel]);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Completed, null), (found.Task.Phase, found.Task.Error?.Code));
        Assert.Equal(2, found.Assets.Count);
        Assert.All(found.Assets, asset => Assert.Equal(("image/png", 1536, 864), (asset.ContentType, asset.WidthPixels, asset.HeightPixels)));
        Assert.All(found.Assets, asset => Assert.Equal(PngImage.Gradient(1536, 864).Length, asset.SizeBytes));
        Assert.Empty(_engineSide.Polls);
        Assert.Single(sandbox.Submissions);
    }

    [Theory]
    [InlineData("[truncate]", true)]
    [InlineData("[drop:after-accept]", true)]
    [InlineData("[garbage]", true)]
    [InlineData("[fail:generation]", true)]
    [InlineData("[bare:503]", false)]
    public async Task An_answer_that_is_lost_is_never_ordered_again(string word, bool isAccepted)
    {
        await using var sandbox = await StartAsync("a fox " + word);
        await using var world = await EngineWorld.StartAsync(_engineSide);

        var found = await world.FinishAsync(await world.OrderAsync());

        Assert.Equal((TaskPhase.Failed, "submission_outcome_unknown"), (found.Task.Phase, found.Task.Error!.Code));
        Assert.Empty(found.Assets);
        Assert.Equal(isAccepted, Assert.Single(sandbox.Submissions).Row.Accepted);
        Assert.Equal((EngineWorld.Balance, 0L), world.Money());
    }

    public void Dispose() => _http.Dispose();

    private async Task<SandboxHost> StartAsync(string prompt)
    {
        var sandbox = await SandboxHost.StartAsync(new SandboxOptions { Duration = 0, Render = RenderMode.StandIn });
        var account = _test.Account(null, new ProviderCredential.ApiKey("sk-sandbox-openai-images")) with
        {
            BaseUrl = new Uri(sandbox.BaseUrl, "openai-images/v1"),
            Http = new HttpMessageInvoker(_http, disposeHandler: false),
        };
        _engineSide.OnSubmit = (_, cancellationToken) => _test.Provider.SubmitAsync(
            OpenAiImagesCase.Order(account, OpenAiImagesCase.Boat with { Prompt = prompt, Count = 2 }), cancellationToken);
        return sandbox;
    }
}
