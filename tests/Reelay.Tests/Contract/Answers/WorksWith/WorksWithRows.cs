using System.Text.Json;
using System.Xml.Linq;
using Reelay.Tests.Api;
using Reelay.Tests.Contract.Answers.Sessions;
using Reelay.Tests.Sdk;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers.WorksWith;

/// <summary>One client, or one documented surface, and what was done with it.</summary>
/// <param name="Client">Its name, with the version that runs in the tests.</param>
/// <param name="Played">What the tests do with it; for one that is not run, why.</param>
/// <param name="Dialects">Dialects that its key needs; empty for none.</param>
/// <param name="Proofs">The tests. None means that nothing was run.</param>
internal sealed record WorksWithRow(string Client, string Played, string Dialects, IReadOnlyList<Proof> Proofs);

/// <summary>What the README may say that this server works with.</summary>
internal static class WorksWithRows
{
    public static IReadOnlyList<WorksWithRow> All { get; } =
    [
        new(
            $"OpenAI SDK for .NET, NuGet `OpenAI` {NuGetVersion("OpenAI")}",
            "create (JSON, multipart with a picture), read, list, download, variants, remix, delete, files",
            "",
            [Proof.By<DotNetClientTests>(), Proof.By<DotNetFileTests>(), Proof.By<SdkSourceTests>(nameof(SdkSourceTests.The_dotnet_package_remixes))]),
        new(
            $"OpenAI SDK for JavaScript, npm `openai` {NpmVersion("openai")}",
            "create (plain, file, stream, link), read, list, download, variants, remix, edit, extend, characters, delete, files",
            "",
            [Proof.By<NodeClientTests>(), Proof.By<NodeFileTests>(), Proof.By<SdkSourceTests>(nameof(SdkSourceTests.The_node_package_remixes_edits_and_extends))]),
        new(
            "OpenAI SDK for Python",
            "not run: its package is out of reach of these tests; the lines above are written after its published source",
            "",
            []),
        new(
            "OpenAI's Videos API, over HTTP",
            "the published curl; poll, download, remix, edit, extend, page, delete; what the SDKs force on a server, row by row",
            "`nulls`",
            [Proof.By<OpenAiSessionTests>(), Proof.By<Section7Tests>()]),
        new(
            "Aurora's create and result pages",
            "JSON with `reference_images` and `tier`; poll by `task_id`; download by `output_url`",
            "",
            [Proof.By<AuroraSessionTests>()]),
        new(
            "apigo's video endpoint",
            "multipart with a file; `pending` first; download with the key; `remixed_from_video_id`",
            "`pending`",
            [Proof.By<ApigoSessionTests>()]),
        new(
            "Gateways built on new-api, aiid among them",
            "`/v1/videos` and `/v1/video/generations`; `duration`, `image_url`, `metadata`, `parameters`; download by `video_url`, `url`, `metadata.url`; flat errors",
            "`flat_errors`",
            [Proof.By<NewApiSessionTests>()]),
        new(
            "Kling by new-api's field names",
            "`kling-video` with `model_name`; `mode`, `image`, `image_tail`, `image_list`, `cfg_scale`, `external_task_id`; extend by `video_id`",
            "",
            [Proof.By<KlingSessionTests>()]),
    ];

    // The tests are built and run with these very files.
    private static string NuGetVersion(string package) => XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
        .Descendants("PackageVersion").Single(row => (string?)row.Attribute("Include") == package).Attribute("Version")!.Value.Trim('[', ']');

    private static string NpmVersion(string package)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "node", "package.json")));
        return file.RootElement.GetProperty("devDependencies").GetProperty(package).GetString()!;
    }
}
