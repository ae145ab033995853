using System.ClientModel;
using System.Text.Json;
using OpenAI;
using OpenAI.Images;
using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Docs;
using Reelay.Tests.Providers.OpenAi;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>What others wrote, over real HTTP: both published clients order every model of the sandbox, and our adapter runs against another team's mock.</summary>
public sealed class OpenAiImagesNodeTests
{
    private const string Npm = "npm `openai`";
    private const string NuGet = "NuGet `OpenAI`";
    private const string Mock = "npm `@copilotkit/aimock`";
    private const string Key = "sk-sandbox-openai-images";

    [Fact]
    [Proves("openai_images", Npm)]
    [Proves("openai_images", NuGet)]
    public async Task Both_clients_make_a_picture_of_every_model()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        await using var sandbox = await SandboxHost.StartAsync(new() { Duration = 0.05, Render = RenderMode.Cached });
        var root = new Uri(sandbox.BaseUrl, "/openai-images/v1");
        var swept = new Dictionary<string, int>();
        foreach (var model in ProofClaims.UpstreamModels("openai_images", "t2i"))
        {
            var client = new ImageClient(model, new ApiKeyCredential(Key), new OpenAIClientOptions { Endpoint = root });
            var picture = await client.GenerateImageAsync(ProofClaims.Prompt(NuGet), cancellationToken: TestContext.Current.CancellationToken);
            swept[model] = picture.Value.ImageBytes.ToArray().Length;
        }

        ProofClaims.Check(sandbox, "openai_images", NuGet, JsonSerializer.SerializeToElement(swept));

        var npm = await NodeScripts.RunAsync(
            new Dictionary<string, string>
            {
                ["OPENAI_BASE_URL"] = root.ToString(), ["OPENAI_API_KEY"] = Key, ["REELAY_ORDERS"] = ProofClaims.Orders("openai_images"),
            },
            "every-image", ProofClaims.Prompt(Npm));
        ProofClaims.Check(sandbox, "openai_images", Npm, npm);
    }

    [Fact]
    [Proves("openai_images", Mock)]
    public async Task Our_adapter_makes_and_edits_pictures_at_another_teams_mock()
    {
        using var folder = new TemporaryFolder();
        using var mock = await OpenAiNodeTests.StartMockAsync(folder);
        var test = new OpenAiImagesCase();
        var account = test.Account() with { BaseUrl = new(mock.Url + "/v1"), Http = mock.Http };
        var picture = PngImage.Gradient(64, 64);

        var driven = new List<string>();
        foreach (var model in ProofClaims.UpstreamModels("openai_images", "t2i"))
        {
            var order = OpenAiImagesCase.Boat with { Prompt = "a fox", UpstreamModel = model, WidthPixels = 1024, HeightPixels = 1024 };
            var (_, pictures, usage) = await test.RunAsync(OpenAiImagesCase.Order(account, order));
            Assert.Equal(picture, Assert.Single(pictures));

            // OpenAI's answers count the tokens, this mock's never do.
            Assert.Null(usage);
            driven.Add(model);
        }

        var edited = await test.RunAsync(OpenAiImagesCase.Order(
            account, OpenAiImagesCase.Edit with { Prompt = "two foxes", Count = 2 }, OpenAiImagesCase.Picture(), OpenAiImagesCase.Picture(role: MediaRole.Mask)));
        Assert.Equal([picture, picture], edited.Pictures);
        ProofClaims.Check("openai_images", Mock, driven);
    }

    [Fact]
    public async Task What_another_teams_mock_refuses_or_spoils_is_free_only_where_it_surely_took_nothing()
    {
        using var folder = new TemporaryFolder();
        using var mock = await OpenAiNodeTests.StartMockAsync(folder);
        var test = new OpenAiImagesCase();
        var account = test.Account() with { BaseUrl = new(mock.Url + "/v1"), Http = mock.Http };
        foreach (var order in new[] { OpenAiImagesCase.Boat, OpenAiImagesCase.Edit })
        {
            foreach (var (prompt, kind) in OpenAiNodeTests.Ends)
            {
                MediaInput[] media = order.Mode == "edit" ? [OpenAiImagesCase.Picture()] : [];
                var thrown = await Record.ExceptionAsync(() => test.RunAsync(OpenAiImagesCase.Order(account, order with { Prompt = prompt }, media)));
                Assert.Equal((order.Mode, prompt, kind), (order.Mode, prompt, Assert.IsType<ProviderException>(thrown).Kind));
            }
        }
    }
}
