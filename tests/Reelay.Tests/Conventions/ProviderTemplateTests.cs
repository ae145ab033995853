using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Conventions;

/// <summary>What <c>make provider</c> makes. That its sources fit the contract is proved by compiling them with these tests, that they run by <c>make proof</c>.</summary>
public sealed class ProviderTemplateTests
{
    [Fact]
    public async Task A_new_provider_is_a_whole_folder_that_says_nothing_of_the_template()
    {
        var target = Directory.CreateTempSubdirectory("reelay-provider-").FullName;
        try
        {
            await Tool.RunAsync("sh", Repository.Root, Path.Combine(Repository.Root, "tools", "new-provider"), "NewVendor", target);

            Assert.Equal(["NewVendor"], Directory.GetFileSystemEntries(target).Select(entry => Path.GetFileName(entry)!));
            var files = Directory.GetFiles(Path.Combine(target, "NewVendor"), "*", SearchOption.AllDirectories);
            string[] needed = ["Provider.cs", "Wire.cs", "Errors.cs", "Models.json", "PublicModels.json", "Simulator.cs", "Tests.cs", "ConformanceTests.cs"];
            Assert.Equal([], [.. needed.Select(name => "NewVendor" + name).Append("README.md").Except(files.Select(file => Path.GetFileName(file)))]);
            Assert.Contains(files, file => Path.GetFileName(Path.GetDirectoryName(file)) == "Fixtures");
            foreach (var file in files)
            {
                var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
                Assert.DoesNotContain("sketch", text, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("Sketch", Path.GetFileName(file), StringComparison.Ordinal);
                if (file.EndsWith(".json", StringComparison.Ordinal)) JsonElement.Parse(text);
            }

            Assert.Contains("\"new_vendor\"", await File.ReadAllTextAsync(Path.Combine(target, "NewVendor", "NewVendorProvider.cs"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }
}
